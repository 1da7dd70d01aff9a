import { useCallback, useMemo, useRef, useState } from "react";
import type { ChatOptions } from "../ChatOptions.js";
import type { Message } from "../Message.js";
import { type Generating, useGenerate } from "./useGenerate.js";

/** What `useChat` takes: what every question takes, and how the conversation begins. */
export interface UseChatOptions extends Omit<ChatOptions, "signal" | "schema"> {
  /** What the model is told first. */
  system?: string | undefined;
  /** Messages that are there from the start. */
  initialMessages?: readonly Message[] | undefined;
}

/** What `useChat` gives. */
export interface UseChat {
  /** The conversation; while the model writes, its answer so far is the last message. */
  messages: readonly Message[];
  status: Generating<unknown>["status"];
  error: Error | undefined;
  /** Say something, and have the model answer; an answer that is still written stops there. What failed is not kept: say it again. */
  send(content: Extract<Message, { role: "user" }>["content"]): Promise<void>;
  stop(): void;
  /** Begin anew. */
  clear(): void;
}

/** Hold a conversation. */
export function useChat(options: UseChatOptions = {}): UseChat {
  const { system, initialMessages = [], ...wishes } = options;
  const { generate, stop, status, text, error } = useGenerate();
  const [messages, setMessages] = useState<readonly Message[]>(initialMessages);
  const shown = useShown(messages, status === "writing" ? text : "");
  const latest = useRef({ messages: shown, system, wishes });
  latest.current = { messages: shown, system, wishes };
  const turns = useRef(0);

  const send = useCallback<UseChat["send"]>(
    async (content) => {
      const { system: told, wishes: asked } = latest.current;
      const before = latest.current.messages;
      const said: readonly Message[] = [...before, { role: "user", content }];
      let written = "";
      turns.current += 1;
      const turn = turns.current;
      setMessages(said);
      const answer = await generate(told ? [{ role: "system", content: told }, ...said] : said, {
        ...asked,
        onEvent(part) {
          if (part.type === "text") written += part.text;
          asked.onEvent?.(part);
        },
      });
      if (turn !== turns.current) return; // something else was said meanwhile, or all was cleared
      const reply = answer?.text ?? written;
      setMessages(reply ? [...said, { role: "assistant", content: reply }] : before);
    },
    [generate],
  );
  const clear = useCallback(() => {
    turns.current += 1;
    stop();
    setMessages([]);
  }, [stop]);
  return { messages: shown, status, error, send, stop, clear };
}

/** The conversation with the answer as far as it is written. */
function useShown(messages: readonly Message[], draft: string): readonly Message[] {
  const isOpen = messages.at(-1)?.role === "user" && draft !== "";
  return useMemo(
    () => (isOpen ? [...messages, { role: "assistant" as const, content: draft }] : messages),
    [messages, isOpen, draft],
  );
}
