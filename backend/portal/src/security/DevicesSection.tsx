import { Icon } from "@ui/icon";
import type { JSX } from "preact";
import { Loading } from "../account/Loading";
import { ResourceNote } from "../account/ResourceNote";
import { useResource } from "../account/useResource";
import { browserOf } from "../format/browserOf";
import { formatDay, formatMoment } from "../format/formatMoment";
import type { SectionProps } from "./SectionProps";
import type { SignIn } from "./SecurityDoors";
import { useDeed } from "./useDeed";

/** The browsers that are signed in, to sign them out from here. */
export function DevicesSection({ doors, toast }: SectionProps): JSX.Element {
  const signIns = useResource(() => doors.signIns());
  const deed = useDeed();
  const end = ({ id, user_agent }: SignIn) =>
    void deed.run(async () => {
      await doors.endSignIn(id);
      toast({ text: `${browserOf(user_agent)} is signed out.` });
      await signIns.reload();
    });
  return (
    <section class="sect" aria-labelledby="devices">
      <div class="shead">
        <h2 class="h2" id="devices">
          Signed-in browsers
        </h2>
      </div>
      {signIns.error && <ResourceNote error={signIns.error} retry={signIns.reload} />}
      {!signIns.data && !signIns.error && <Loading rows={2} what="browsers" />}
      {deed.error && <ResourceNote error={deed.error} />}
      {signIns.data && (
        <ul class="card list security-list" aria-label="Signed-in browsers">
          {signIns.data.map((signIn) => (
            <SignInRow key={signIn.id} signIn={signIn} end={() => end(signIn)} />
          ))}
        </ul>
      )}
    </section>
  );
}

function SignInRow({ signIn, end }: { signIn: SignIn; end(): void }): JSX.Element {
  const name = browserOf(signIn.user_agent);
  return (
    <li class="item wrap">
      <Icon name="device" />
      <span class="grow">
        <span class="b t13">{name}</span>
        <span class="sub t12 m3">
          since {formatDay(new Date(signIn.created_at), false)} ·{" "}
          {signIn.current ? "this browser" : `used ${formatMoment(new Date(signIn.last_used_at), new Date())}`}
        </span>
      </span>
      {!signIn.current && (
        <button type="button" class="btn sm" aria-label={`Sign ${name} out`} onClick={end}>
          Sign out
        </button>
      )}
    </li>
  );
}
