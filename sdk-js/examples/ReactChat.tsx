// A chat in React. The visitor brings the model; the page has no server of its own.
import { type FormEvent, type ReactNode, useState } from "react";
import { AIProvider, useAI, useChat } from "satchel/react";

export function App(): ReactNode {
  return (
    <AIProvider>
      <Chat />
    </AIProvider>
  );
}

function Chat(): ReactNode {
  const { status: found } = useAI();
  const { messages, status, error, send, stop } = useChat({ system: "Answer in two sentences." });
  const [draft, setDraft] = useState("");
  if (found === "detecting") return <p>Looking for Satchel</p>;
  if (found === "absent") return <p>Install Satchel, then reload this page.</p>;

  const submit = (event: FormEvent) => {
    event.preventDefault();
    setDraft("");
    void send(draft);
  };
  const isBusy = status === "asking" || status === "writing";
  return (
    <main>
      <ol aria-live="polite">
        {messages.map((message, at) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: messages are only ever added
          <li key={at}>
            <b>{message.role}</b> {typeof message.content === "string" ? message.content : ""}
          </li>
        ))}
      </ol>
      {error && <p role="alert">{error.message}</p>}
      <form onSubmit={submit}>
        <input aria-label="Message" value={draft} onChange={(event) => setDraft(event.target.value)} />
        <button type="submit" disabled={isBusy || !draft}>
          Send
        </button>
        <button type="button" disabled={!isBusy} onClick={stop}>
          Stop
        </button>
      </form>
    </main>
  );
}
