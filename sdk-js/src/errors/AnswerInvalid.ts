import { ProviderFailed } from "./ProviderFailed.js";

/** The model was asked for JSON and wrote something else (4300). What it wrote is `text`. */
export class AnswerInvalid extends ProviderFailed {
  override readonly name: string = "AnswerInvalid";

  constructor(text: string, options: ErrorOptions = {}) {
    super(4300, "The model did not answer in the form asked for.", { satchelCode: "answer_invalid", text }, options);
  }

  /** What the model wrote. */
  get text(): string {
    return String(this.data.text);
  }
}
