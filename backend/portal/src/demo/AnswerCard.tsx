import { formatBill } from "@ui/format-bill";
import { Icon } from "@ui/icon";
import type { JSX } from "preact";
import type { Answer } from "satchel";
import { countOf } from "../format/countOf";
import type { Ending, Run } from "./demoState";

const DENIED = 4001;

/** The answer as it comes, and below it who answers and what it costs. */
export function AnswerCard({ run, waitingFor }: { run: Run; waitingFor: string }): JSX.Element {
  const text = run.is === "writing" || run.is === "ended" ? run.text : "";
  return (
    <div class="card">
      <div class="answer" id="output" dir="auto" aria-busy={run.is === "waiting" || run.is === "writing"}>
        {text || <span class="m3">{run.is === "waiting" ? waitingFor : emptyWords(run)}</span>}
        {(run.is === "waiting" || run.is === "writing") && <span class="caret" aria-hidden="true" />}
      </div>
      <div class="hr" />
      <div class="row wrap pad3 t12 m2 facts-line">{footer(run)}</div>
    </div>
  );
}

function emptyWords(run: Run): string {
  if (run.is === "idle") return "The answer appears here, as the model writes it.";
  return run.is === "ended" && run.ending.is === "finished" ? "The model answered with nothing." : "No answer.";
}

function footer(run: Run): JSX.Element {
  switch (run.is) {
    case "idle":
      return <span class="m3">Model, provider, tokens and cost come with every answer.</span>;
    case "waiting":
      return <span>Nothing is charged yet.</span>;
    case "writing":
      return (
        <>
          <span class="row g15">
            <span class="dot live" aria-hidden="true" />
            Writing
          </span>
          <span class="end">{countOf(run.tokens, "token", "tokens")} est.</span>
        </>
      );
    case "ended":
      return endedFooter(run.ending);
  }
}

function endedFooter(ending: Ending): JSX.Element {
  switch (ending.is) {
    case "finished":
      return <Bill answer={ending.answer} tokensPerSecond={ending.tokensPerSecond} />;
    case "stopped":
      return (
        <span class="st">
          <Icon name="stop" small />
          {ending.outputTokens === null
            ? "Stopped by you."
            : `Stopped by you after ${countOf(ending.outputTokens, "token", "tokens")}.`}
        </span>
      );
    case "failed":
      return (
        <span class={ending.fault.code === DENIED ? "st" : "st c-danger"}>
          <Icon name={ending.fault.code === DENIED ? "block" : "failed"} small />
          {ending.fault.code === DENIED ? "Denied by you" : "Failed"}
        </span>
      );
  }
}

function Bill({ answer, tokensPerSecond }: { answer: Answer; tokensPerSecond: number | null }): JSX.Element {
  const { usage, cost } = answer;
  const figures = [
    `${countOf(usage.outputTokens, "token", "tokens")}${usage.estimated ? " est." : ""}`,
    tokensPerSecond === null ? null : `${Math.round(tokensPerSecond)} tok/s`,
    formatBill({ nusd: Math.round(cost.usd * 1e9), known: cost.known }, usage.inputTokens + usage.outputTokens),
  ];
  return (
    <>
      <span class="row g15">
        <span class="dot" aria-hidden="true" />
        <bdi class="cut">{answer.model}</bdi>
      </span>
      <span>{answer.provider}</span>
      <span class="end nw">{figures.filter(Boolean).join(" · ")}</span>
    </>
  );
}
