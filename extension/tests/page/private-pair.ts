import { Channel } from "../../src/page/channel";
import { isRecord } from "../../src/wire/is-record";

interface Asked {
  id: string;
  method: string;
  params: unknown;
}

/** A channel with its other end in the test's hands. */
export function privatePair() {
  const { port1, port2 } = new MessageChannel();
  const asked: Asked[] = [];
  const cancelled: string[] = [];
  let answersProbes = true;
  let onAsked: (call: Asked) => void = () => {};
  port2.onmessage = ({ data }: MessageEvent) => {
    if (!isRecord(data)) return;
    if (Object.hasOwn(data, "probe")) {
      if (answersProbes) port2.postMessage({ probe: data["probe"] });
    } else if (data["cancel"] === true) cancelled.push(String(data["id"]));
    else {
      asked.push(data as unknown as Asked);
      onAsked(data as unknown as Asked);
    }
  };
  return {
    channel: new Channel(port1),
    asked,
    cancelled,
    post: (message: unknown) => port2.postMessage(message),
    answer: (handler: (call: Asked) => void) => {
      onAsked = handler;
    },
    fallSilent: () => {
      answersProbes = false;
    },
    close: () => {
      port1.close();
      port2.close();
    },
  };
}
