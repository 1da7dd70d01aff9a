import { firstRunStrings as words } from "./first-run-strings";
import { Icon } from "./icon";
import { Logo } from "./logo";

/** What this is, in one screen's left half. */
export function FirstRunPromise() {
  const [before, name, after] = words.adds;
  return (
    <div class="stack s4">
      <h1>{words.promise}</h1>
      <p class="m2 lead">{words.lead}</p>
      <ul class="can t13">
        <li>
          <Icon name="check" />
          <span>
            {before}
            <span class="mono">{name}</span>
            {after}
          </span>
        </li>
        <li>
          <Icon name="hide" />
          <span>{words.reads}</span>
        </li>
        <li>
          <Icon name="key" />
          <span>{words.keys}</span>
        </li>
      </ul>
      <div class="card flow hide-n" role="img" aria-label={words.flow}>
        <div class="node">
          <span class="tile">
            <Icon name="globe" />
          </span>
          {words.anyPage}
        </div>
        <div class="wire">{words.asks}</div>
        <div class="node">
          <span class="tile us">
            <Logo size={30} />
          </span>
          {words.yourSatchel}
        </div>
        <div class="wire">{words.yourKey}</div>
        <div class="node">
          <span class="tile">
            <Icon name="models" />
          </span>
          {words.yourModel}
        </div>
      </div>
    </div>
  );
}
