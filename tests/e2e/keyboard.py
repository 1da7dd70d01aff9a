"""Walks a screen by keyboard as a person without a pointer does, and says what they cannot reach, see or press."""

from playwright.sync_api import Page
from tests.e2e.axe import Size

WATCH = """() => {
    const dialog = [...document.querySelectorAll("dialog")].findLast((each) => each.matches(":modal"));
    const isShown = (node) => node.checkVisibility({ visibilityProperty: true }) && node.getClientRects().length > 0;
    const groupOf = (node) => (node.type === "radio" && node.name ? `${node.form?.id}/${node.name}` : null);
    const stops = new Map();
    for (const node of (dialog ?? document).querySelectorAll("a[href], button, input, select, textarea, summary, [tabindex]"))
        if (node.tabIndex >= 0 && !node.disabled && node.type !== "hidden" && isShown(node)) stops.set(groupOf(node) ?? node, node);
    const look = (node) => [node, node.parentElement, node.nextElementSibling, node.closest("label")].filter(Boolean).map((each) => {
        const { outline, boxShadow, borderColor, backgroundColor, clipPath, position } = getComputedStyle(each);
        return [outline, boxShadow, borderColor, backgroundColor, clipPath, position].join();
    }).join();
    const name = (node) => node.outerHTML.replace(/\\s+/g, " ").slice(0, 140);
    document.activeElement?.blur();
    const before = new Map([...document.querySelectorAll("*")].map((node) => [node, look(node)]));
    const walk = { stops, reached: new Set(), faults: [], name, dialog };
    document.addEventListener("focusin", ({ target }) => {
        const stop = groupOf(target) ?? target;
        if (!isShown(target)) walk.faults.push(`invisible, but takes the focus: ${name(target)}`);
        if (stops.has(stop) && !walk.reached.has(stop) && before.get(target) === look(target))
            walk.faults.push(`the focus cannot be seen: ${name(target)}`);
        walk.reached.add(stop);
    });
    if (dialog) [...stops.values()][0]?.focus({ focusVisible: true });
    else {
        document.body.tabIndex = -1;
        document.body.focus();
        document.body.removeAttribute("tabindex");
    }
    window.walk = walk;
    const dates = [...stops.values()].filter((node) => node.type === "date").length;
    return stops.size + 3 * dates; // day, month, year and the calendar
}"""
TELL = """() => {
    const { stops, reached, faults, name } = walk;
    const acting = new Set(["button", "link", "checkbox", "switch", "radio", "tab", "menuitem", "option"]);
    const native = "a[href], button, input, select, textarea, summary";
    const missed = [...stops].filter(([stop]) => !reached.has(stop)).map(([, node]) => `Tab does not reach ${name(node)}`);
    const mute = [...stops.values()].filter((node) => acting.has(node.getAttribute("role") ?? "") && !node.matches(native));
    return [...faults, ...missed, ...mute.map((node) => `neither Enter nor Space is heard by ${name(node)}`)];
}"""
COVERED = """() => {
    const { stops, name } = walk;
    const isSeen = (node, [x, y]) => {
        const top = document.elementFromPoint(x, y);
        return top !== null && (node.contains(top) || top.contains(node) && top !== document.body || top.closest("label")?.control === node
            || [...(node.labels ?? [])].some((label) => label.contains(top)));
    };
    return [...stops.values()].filter((node) => node.checkVisibility({ visibilityProperty: true })).flatMap((node) => {
        node.focus({ focusVisible: true });
        const { left, top, width, height } = node.getClientRects()[0] ?? node.getBoundingClientRect();
        const parts = [0.5, 0.1, 0.9];
        const points = parts.flatMap((part) => [[left + width * part, top + height / 2], [left + width / 2, top + height * part]]);
        return points.some((point) => isSeen(node, point)) ? [] : [`in focus, but covered: ${name(node)}`];
    });
}"""

DRAWN = "() => new Promise((drawn) => requestAnimationFrame(() => requestAnimationFrame(() => setTimeout(drawn))))"


def keyboard_faults(page: Page, sizes: tuple[Size, ...]) -> list[str]:
    """Return what is wrong for a person who has a keyboard only; the walk is at the first size, what covers the focus looked for at all."""
    resize(page, sizes[0])
    stops = int(page.evaluate(WATCH))
    for _ in range(stops + 1):  # one more than there are: a trap would hold it back earlier
        page.keyboard.press("Tab")
    faults: list[str] = page.evaluate(TELL)
    for size in sizes:
        resize(page, size)
        faults += [f"{size[0]} px: {fault}" for fault in page.evaluate(COVERED)]
    return faults


def resize(page: Page, size: Size) -> None:
    """Give the page another size, and time to draw what belongs to it; nothing where it has that already."""
    width, height = size
    if page.viewport_size != {"width": width, "height": height}:
        page.set_viewport_size({"width": width, "height": height})
        page.evaluate(DRAWN)
