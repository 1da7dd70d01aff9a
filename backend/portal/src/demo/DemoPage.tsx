import type { JSX } from "preact";
import { HomeLink } from "../pieces/HomeLink";
import { AnswerCard } from "./AnswerCard";
import { announcement } from "./announcement";
import { CodeSection } from "./CodeSection";
import { Composer } from "./Composer";
import { ConnectionNote } from "./ConnectionNote";
import { ConnectionStatus } from "./ConnectionStatus";
import { type Connection, isRunning } from "./demoState";
import { FaultNote } from "./FaultNote";
import { LessonNote, MORALS } from "./LessonNote";
import { type Demo, useDemo } from "./useDemo";

const UNKNOWN_MODEL = "nobody/no-such-model";

/** The whole demo page: try it on one side, the code on the other. */
export function DemoPage(): JSX.Element {
  const demo = useDemo();
  const { connection, run } = demo.state;
  return (
    <>
      <header class="bar wbar">
        <HomeLink href="/" />
        <span class="tag line">demo</span>
        <ConnectionStatus connection={connection} />
      </header>
      <main class="demo">
        <div>
          <h1 class="h1">Ask the visitor’s own model</h1>
          <p class="m2 lead">
            This page has no key and no server. It asks <span class="mono">window.ai</span>, and whoever visits decides.
          </p>
        </div>
        <div class="split">
          <TryIt demo={demo} />
          <CodeSection />
        </div>
      </main>
      <p class="sr" role="status" aria-live="polite">
        {announcement(run)}
      </p>
    </>
  );
}

function TryIt({ demo }: { demo: Demo }): JSX.Element {
  const { connection, run, lesson } = demo.state;
  const able = connection.is === "ready";
  const running = isRunning(run);
  const refuse = () => {
    if (able && connection.permission === "granted") demo.explain("already-allowed");
    else void demo.ask({ text: "May this page ask? Press Deny.", lesson: "press-deny" });
  };
  const lack = () => void demo.ask({ text: "Hello", model: UNKNOWN_MODEL, lesson: "named-model" });
  const blocked = !able || running;
  return (
    <section class="stack s3" aria-label="Try it">
      <ConnectionNote connection={connection} />
      <Composer
        hint={hint(connection)}
        able={able}
        running={running}
        onAsk={(text) => void demo.ask({ text })}
        onStop={demo.stop}
      />
      {lesson && run.is !== "ended" && <LessonNote lesson={lesson} />}
      {run.is === "ended" && run.ending.is === "failed" && (
        <FaultNote fault={run.ending.fault} moral={lesson ? MORALS[lesson] : undefined} />
      )}
      <AnswerCard run={run} waitingFor={waitingFor(connection)} />
      <div class="row wrap">
        <button type="button" class="btn sm" aria-disabled={blocked} onClick={() => blocked || refuse()}>
          Refuse a request
        </button>
        <button type="button" class="btn sm" aria-disabled={blocked} onClick={() => blocked || lack()}>
          Ask for a model you lack
        </button>
      </div>
    </section>
  );
}

function hint(connection: Connection): string {
  switch (connection.is) {
    case "looking":
      return "Looking for Satchel…";
    case "missing":
      return "Needs the Satchel extension";
    case "disconnected":
      return "Satchel is not connected";
    case "ready":
      return connection.permission === "granted" && connection.model !== "satchel/preferred"
        ? `Answered by ${connection.model}`
        : "Answered by the model you chose";
  }
}

function waitingFor(connection: Connection): string {
  return connection.is === "ready" && connection.permission === "prompt"
    ? "Waiting for your answer in Satchel’s window…"
    : "Waiting for the first token…";
}
