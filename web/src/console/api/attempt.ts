// Requests that make something, sent again when an answer was lost, and never made twice.
import { ApiError } from "../../common/http.ts";

interface Sent<Body> {
  content: string;
  body: Body;
  key: string;
}

/** One thing to make: tried until it is there or refused. */
export class Attempt<Body> {
  private sent: Sent<Body> | null = null;

  constructor(private readonly newKey: () => string = () => crypto.randomUUID()) {}

  /**
   * Sends what `build` makes of a form's content. While nobody knows what became of it, the same content is
   * sent as it was, under the same key; anything else is a request of its own.
   */
  async send<Answer>(
    content: unknown,
    build: () => Body,
    post: (body: Body, key: string) => Promise<Answer>,
  ): Promise<Answer> {
    const text = JSON.stringify(content);
    const sent =
      this.sent?.content === text ? this.sent : { content: text, body: build(), key: this.newKey() };
    this.sent = sent;
    try {
      const answer = await post(sent.body, sent.key);
      this.sent = null;
      return answer;
    } catch (error) {
      if (!isOpen(error)) this.sent = null;
      throw error;
    }
  }
}

/** Whether it may yet be made, or may have been. */
const isOpen = (error: unknown) =>
  error instanceof ApiError && (error.isTransient || error.code === "idempotency_key_running");
