import { expectTypeOf, test } from "vitest";
import type * as original from "window.ai";
import type * as ours from "../src/legacy/index.js";

// Checked by tsc. Enums of two packages are never the same type, so those are compared as text.
test("the types have the original's shapes", () => {
  expectTypeOf<ours.ChatMessage>().toEqualTypeOf<original.ChatMessage>();
  expectTypeOf<ours.ChatRole>().toEqualTypeOf<original.ChatRole>();
  expectTypeOf<ours.Input>().toEqualTypeOf<original.Input>();
  expectTypeOf<ours.PromptInput>().toEqualTypeOf<original.PromptInput>();
  expectTypeOf<ours.MessagesInput>().toEqualTypeOf<original.MessagesInput>();
  expectTypeOf<ours.Output>().toEqualTypeOf<original.Output>();
  expectTypeOf<ours.TextOutput>().toEqualTypeOf<original.TextOutput>();
  expectTypeOf<ours.MessageOutput>().toEqualTypeOf<original.MessageOutput>();
  expectTypeOf<ours.MediaOutput>().toEqualTypeOf<original.MediaOutput>();
  expectTypeOf<ours.InferredOutput<ours.PromptInput>>().toEqualTypeOf<original.InferredOutput<original.PromptInput>>();
  expectTypeOf<ours.Options<string>>().toEqualTypeOf<original.Options<string>>();
  expectTypeOf<ours.CompletionOptions<string>>().toEqualTypeOf<original.CompletionOptions<string>>();
  expectTypeOf<ours.ThreeDOptions<string>>().toEqualTypeOf<original.ThreeDOptions<string>>();
  expectTypeOf<ours.ModelProviderOptions>().toEqualTypeOf<original.ModelProviderOptions>();
  expectTypeOf<ours.RequestID>().toEqualTypeOf<original.RequestID>();
  expectTypeOf<`${ours.ModelID}`>().toEqualTypeOf<`${original.ModelID}`>();
  expectTypeOf<`${ours.ErrorCode}`>().toEqualTypeOf<`${original.ErrorCode}`>();
  expectTypeOf<keyof ours.WindowAI>().toEqualTypeOf<keyof original.WindowAI>();
  expectTypeOf<ours.WindowAI["generateText"]>().toEqualTypeOf<original.WindowAI["generateText"]>();
  expectTypeOf<Parameters<ours.EventListenerHandler<string>>["length"]>().toEqualTypeOf<2>();
});
