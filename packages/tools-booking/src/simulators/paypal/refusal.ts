import type { Answer } from "../kit/index.ts";

export const errorAnswer = (status: number, name: string, message: string, issue?: string, description?: string): Answer => ({
  status,
  body: {
    name,
    message,
    debug_id: "f00dfeed00000",
    ...(issue === undefined ? {} : { details: [{ issue, description: description ?? message }] }),
    links: [{ href: "https://developer.paypal.com/api/rest/responses/", rel: "information_link", method: "GET" }],
  },
});

/** Ends a request with PayPal's error. */
export class Refusal extends Error {
  readonly answer: Answer;

  constructor(answer: Answer) {
    super("refused");
    this.answer = answer;
  }
}

/** The request is well formed and cannot be done. */
export const unprocessable = (issue: string, description: string): Refusal =>
  new Refusal(
    errorAnswer(
      422,
      "UNPROCESSABLE_ENTITY",
      "The requested action could not be performed, semantically incorrect, or failed business validation.",
      issue,
      description,
    ),
  );
export const invalid = (issue: string, description: string): Refusal =>
  new Refusal(errorAnswer(400, "INVALID_REQUEST", "Request is not well-formed, syntactically incorrect, or violates schema.", issue, description));
export const notFound = (): Refusal =>
  new Refusal(errorAnswer(404, "RESOURCE_NOT_FOUND", "The specified resource does not exist.", "INVALID_RESOURCE_ID", "Specified resource ID does not exist."));
