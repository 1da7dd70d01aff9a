import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { Empty } from "../account/Empty";
import { Loading } from "../account/Loading";
import { PageHead } from "../account/PageHead";
import { ResourceNote } from "../account/ResourceNote";
import { useResource } from "../account/useResource";
import type { ViewProps } from "../account/ViewProps";
import { ShownOnce } from "./ShownOnce";
import type { Token } from "./Token";
import { TokenForm } from "./TokenForm";
import { TokenRow } from "./TokenRow";
import { useDeed } from "./useDeed";

/** Which programs may use my models? */
export function TokensView({ api, toast }: ViewProps): JSX.Element {
  const tokens = useResource(() => api.tokens.list());
  const [made, setMade] = useState<{ name: string; text: string } | null>(null);
  const deed = useDeed();
  const change = (doing: () => Promise<void>, words: string) =>
    void deed.run(async () => {
      await doing();
      setMade(null);
      toast({ text: words });
      await tokens.reload();
    });
  const revoke = (token: Token) => change(() => api.tokens.revoke(token), `${token.name} is revoked.`);
  const flip = (token: Token) =>
    change(
      () => api.tokens.switch(token, !token.disabled),
      `${token.name} is switched ${token.disabled ? "on" : "off"}.`,
    );
  return (
    <div class="page">
      <PageHead title="Tokens" />
      {tokens.error && <ResourceNote error={tokens.error} retry={tokens.reload} />}
      <div class="sites">
        <section class="sect" aria-labelledby="tokens">
          <div class="shead">
            <h2 class="h2" id="tokens">
              For your programs
            </h2>
          </div>
          {made && (
            <ShownOnce {...made} done={() => setMade(null)}>
              Copy it now: it is not shown again, not even to you.
            </ShownOnce>
          )}
          {deed.error && <ResourceNote error={deed.error} />}
          {tokens.data && tokens.data.length > 0 && (
            <ul class="card list security-list" aria-label="Tokens">
              {tokens.data.map((token) => (
                <TokenRow key={token.hash} token={token} flip={() => flip(token)} revoke={() => revoke(token)} />
              ))}
            </ul>
          )}
          {tokens.data?.length === 0 && !made && <NoTokens />}
          {!tokens.data && !tokens.error && <Loading rows={2} what="tokens" />}
        </section>
        <TokenForm
          create={async (draft) => {
            const { key } = await api.tokens.create(draft);
            setMade({ name: draft.name, text: key });
            await tokens.reload();
          }}
        />
      </div>
    </div>
  );
}

function NoTokens(): JSX.Element {
  return (
    <Empty
      title="No token yet"
      text="Anything that speaks OpenAI's or Anthropic's API can use your models with a token of yours."
    />
  );
}
