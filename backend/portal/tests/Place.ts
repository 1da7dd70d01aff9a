import { render } from "preact";
import { expect } from "vitest";
import { PortalApi } from "../src/account/PortalApi";

/** A place for one view, with the replies that its API hears, and what a person does there. */
export class Place {
  readonly host = document.createElement("div");
  /** Each call that was sent, such as `POST tokens {"name":"laptop"}`. */
  readonly sent: string[] = [];

  constructor() {
    document.body.append(this.host);
  }

  /** The API over replies by method and path; a call without one is answered by 204. */
  api(replies: Record<string, unknown>, status = 200): PortalApi {
    const fetched = async (url: string, { method, body }: RequestInit) => {
      const call = `${method} ${url.replace("/portal/api/", "")}`;
      this.sent.push(body ? `${call} ${body}` : call);
      const reply = replies[call];
      return reply === undefined ? new Response(null, { status: 204 }) : Response.json(reply, { status });
    };
    return new PortalApi(fetched as unknown as typeof fetch);
  }

  /** What is shown, once everything under way has come to rest. */
  async settled(): Promise<string> {
    for (let turn = 0; turn < 12; turn++) await new Promise((resolve) => setTimeout(resolve, 0));
    return this.host.textContent ?? "";
  }

  async press(name: string): Promise<string> {
    const named = (button: Element) => (button.getAttribute("aria-label") ?? button.textContent ?? "").trim() === name;
    const button = [...this.host.querySelectorAll("button")].find(named);
    expect(button, name).toBeTruthy();
    button?.click();
    return this.settled();
  }

  async fill(id: string, value: string): Promise<void> {
    const input = this.host.querySelector<HTMLInputElement>(`#${id}`);
    if (!input) throw new Error(`there is no field ${id}`);
    input.value = value;
    input.dispatchEvent(new Event("input", { bubbles: true }));
    await this.settled();
  }

  /** Takes everything away again. */
  leave(): void {
    render(null, this.host);
    this.host.remove();
  }
}
