import { Icon } from "@ui/icon";
import type { JSX } from "preact";
import { Loading } from "../account/Loading";
import { ResourceNote } from "../account/ResourceNote";
import { useResource } from "../account/useResource";
import { formatDay, formatMoment } from "../format/formatMoment";
import { nameOfOrigin } from "../format/nameOfOrigin";
import { deviceTerms } from "./deviceTerms";
import type { SectionProps } from "./SectionProps";
import type { Device } from "./SecurityDoors";
import { useDeed } from "./useDeed";

/** What else is connected: extensions, terminals and apps, to disconnect them from here. */
export function ConnectedSection({ doors, toast }: SectionProps): JSX.Element {
  const devices = useResource(() => doors.devices());
  const deed = useDeed();
  const disconnect = (device: Device) =>
    void deed.run(async () => {
      await doors.disconnect(device.id);
      toast({ text: `${nameOf(device)} is disconnected.` });
      await devices.reload();
    });
  return (
    <section class="sect" aria-labelledby="connected">
      <div class="shead">
        <h2 class="h2" id="connected">
          Connected apps and devices
        </h2>
      </div>
      {devices.error && <ResourceNote error={devices.error} retry={devices.reload} />}
      {!devices.data && !devices.error && <Loading rows={2} what="apps and devices" />}
      {deed.error && <ResourceNote error={deed.error} />}
      {devices.data?.length === 0 && (
        <p class="t13 m2">Nothing is connected. Extensions, terminals and apps that you let in are listed here.</p>
      )}
      {devices.data && devices.data.length > 0 && (
        <ul class="card list security-list" aria-label="Connected apps and devices">
          {devices.data.map((device) => (
            <DeviceRow key={device.id} device={device} disconnect={() => disconnect(device)} />
          ))}
        </ul>
      )}
    </section>
  );
}

function DeviceRow({ device, disconnect }: { device: Device; disconnect(): void }): JSX.Element {
  const name = nameOf(device);
  const since = formatDay(new Date(device.since_at), false);
  const terms = deviceTerms(device);
  return (
    <li class="item wrap">
      <Icon name={device.origin === null ? "device" : "globe"} />
      <span class="grow">
        <span class="b t13">
          <bdi>{name}</bdi>
        </span>
        <span class="sub t12 m3">
          {device.origin !== null && (
            <>
              <bdi>{nameOfOrigin(device.origin)}</bdi> ·{" "}
            </>
          )}
          since {since} · used {formatMoment(new Date(device.last_used_at), new Date())}
        </span>
        {terms && <span class="sub t12 m3">{terms}</span>}
      </span>
      <button
        type="button"
        class="btn sm"
        aria-label={`Disconnect ${name}, connected since ${since}`}
        onClick={disconnect}
      >
        Disconnect
      </button>
    </li>
  );
}

function nameOf({ name, client_id }: Device): string {
  return name ?? client_id ?? "Unknown app";
}
