let sheet: CSSStyleSheet | undefined;

/** The style sheet of the components. A page changes colours and shape by the custom properties, and parts by `::part()`. */
export function styles(): CSSStyleSheet {
  if (!sheet) {
    sheet = new CSSStyleSheet();
    sheet.replaceSync(CSS);
  }
  return sheet;
}

const CSS = `
:host { display: inline-block; font: inherit; }
:host([hidden]) { display: none; }
button, a { font: inherit; cursor: pointer; }
button {
  min-height: 2.75em; padding: 0 1.1em;
  border: 1px solid var(--satchel-border, currentColor); border-radius: var(--satchel-radius, 0.6em);
  background: var(--satchel-background, transparent); color: var(--satchel-color, inherit);
}
button:hover { background: var(--satchel-hover, color-mix(in srgb, currentColor 8%, transparent)); }
button:focus-visible, a:focus-visible { outline: 2px solid var(--satchel-focus, Highlight); outline-offset: 2px; }
button[aria-busy="true"] { opacity: 0.7; }
p { margin: 0; }
p + p { margin-top: 0.5em; }
`;
