/**
 * Has `listen` add its listeners now, and again whenever the document gets another root: `document.open()` takes every listener of
 * document and window away. Listeners that are still there are not added twice, as long as they are the same functions.
 */
export function listenForGood(document: Document, listen: () => void): void {
  listen();
  new MutationObserver(listen).observe(document, { childList: true });
}
