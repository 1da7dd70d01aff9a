/** One message of a conversation, text only. */
export type ChatMessage = {
  role: "system" | "user" | "assistant";
  content: string;
};
/** Who wrote a message. */
export type ChatRole = ChatMessage["role"];
/** A single prompt; answered by `{text}`. */
export type PromptInput = { prompt: string };
/** A conversation; answered by `{message}`. */
export type MessagesInput = { messages: ChatMessage[] };
/** What can be asked. With both keys the answer is a message. */
export type Input = PromptInput | MessagesInput;

/** Tell whether the input is a prompt. */
export function isPromptInput(input: Input): input is PromptInput {
  return "prompt" in input;
}

/** Tell whether the input is a conversation. */
export function isMessagesInput(input: Input): input is MessagesInput {
  return "messages" in input;
}
