import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { Empty } from "../account/Empty";
import { Field } from "../account/Field";
import { Loading } from "../account/Loading";
import { PageHead } from "../account/PageHead";
import { ResourceNote } from "../account/ResourceNote";
import { useResource } from "../account/useResource";
import type { ViewProps } from "../account/ViewProps";
import { TitledNote } from "../pieces/TitledNote";
import type { Invitation } from "./Invitation";
import { InvitationRow, nameOf } from "./InvitationRow";
import { ShownOnce } from "./ShownOnce";
import { useDeed } from "./useDeed";

/** Who may have an account here too? */
export function InvitationsView({ api, toast }: ViewProps): JSX.Element {
  const invitations = useResource(() => api.invitations.list());
  const [made, setMade] = useState<{ name: string; link: string } | null>(null);
  const deed = useDeed();
  const revoke = (invitation: Invitation) =>
    void deed.run(async () => {
      await api.invitations.revoke(invitation);
      setMade(null);
      const gone = invitation.state === "waiting" ? "is revoked" : "is off the list";
      toast({ text: `The invitation for ${nameOf(invitation)} ${gone}.` });
      await invitations.reload();
    });
  const make = async (name: string) => {
    const { link } = await api.invitations.make(name);
    setMade({ name, link });
    await invitations.reload();
  };
  const found = invitations.data;
  return (
    <div class="page">
      <PageHead title="Invitations" />
      {invitations.error && <ResourceNote error={invitations.error} retry={invitations.reload} />}
      <div class="sites">
        <section class="sect" aria-labelledby="invited">
          <div class="shead">
            <h2 class="h2" id="invited">
              Who is invited
            </h2>
          </div>
          {made && <NewLink {...made} done={() => setMade(null)} />}
          {deed.error && <ResourceNote error={deed.error} />}
          {found && found.data.length > 0 && (
            <ul class="card list security-list" aria-label="Invitations">
              {found.data.map((each) => (
                <InvitationRow key={each.id} invitation={each} revoke={() => revoke(each)} />
              ))}
            </ul>
          )}
          {found?.data.length === 0 && !made && (
            <Empty title="Nobody is invited" text="Whoever you invite is listed here, with what became of it." />
          )}
          {!found && !invitations.error && <Loading rows={2} what="invitations" />}
        </section>
        {found?.sign_up === "owner-only" && <TakesNobody />}
        {found && found.sign_up !== "owner-only" && <InviteForm make={make} />}
      </div>
    </div>
  );
}

function NewLink({ name, link, done }: { name: string; link: string; done(): void }): JSX.Element {
  return (
    <ShownOnce name={name} text={link} done={done}>
      Send this link to {name}. It makes one account, within a week. It is not shown again: if it is lost, revoke it and
      make another.{isOfThisComputer(link) && " It opens on this computer only: others need SATCHEL_PUBLIC_URL."}
    </ShownOnce>
  );
}

/** A link to a loopback address leads others to their own computer. */
function isOfThisComputer(link: string): boolean {
  return /^https?:\/\/(?:127\.|localhost\b|\[::1\])/.test(link);
}

function TakesNobody(): JSX.Element {
  return (
    <TitledNote kind="info" icon="info" title="This Satchel takes nobody in.">
      <p class="t13">
        To invite people, start it with <code>SATCHEL_SIGN_UP=invite</code>. To let anybody make an account, with{" "}
        <code>SATCHEL_SIGN_UP=open</code>.
      </p>
    </TitledNote>
  );
}

/** Make an invitation: for whom. */
function InviteForm({ make }: { make(name: string): Promise<void> }): JSX.Element {
  const [name, setName] = useState("");
  const [fault, setFault] = useState<string | undefined>();
  const deed = useDeed();
  const save = async (event: Event) => {
    event.preventDefault();
    const wanted = name.trim();
    setFault(wanted ? undefined : "Say whom it is for, so that you know later which one to revoke.");
    if (wanted && (await deed.run(() => make(wanted)))) setName("");
  };
  return (
    <form class="panel" aria-labelledby="invite" onSubmit={save} noValidate>
      <div class="pad stack s3">
        <h2 class="h2" id="invite">
          Invite somebody
        </h2>
        <Field
          id="invitation-name"
          label="Whom is it for?"
          placeholder="Ada"
          value={name}
          fault={fault}
          onInput={(typed) => {
            setName(typed);
            setFault(undefined);
          }}
        />
        {deed.error && <ResourceNote error={deed.error} />}
        <button type="submit" class="btn primary" aria-busy={deed.busy}>
          {deed.busy ? "Making…" : "Make a link"}
        </button>
        <p class="t12 m3">
          They get an account of their own: own keys, sites and budgets. You do not see theirs, and they do not see
          yours.
        </p>
      </div>
    </form>
  );
}
