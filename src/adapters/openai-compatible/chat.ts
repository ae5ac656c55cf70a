import { z } from 'zod'
import type { Nano } from '../../core/money.ts'
import { ask, costOf, type Endpoint } from './ask.ts'

/** A server that is asked for completions. */
export interface ChatEndpoint extends Endpoint {
  /** Some models take no temperature but their own; then none is sent. 0 unless said otherwise. */
  readonly temperature?: 'own'
}

/** A question whose answer is held to a schema. */
export interface ChatQuestion {
  /** Constant. Nothing of a request is ever put into it. */
  readonly instructions: string
  readonly content: string | readonly object[]
  readonly answer: { readonly name: string; readonly schema: object }
  readonly maxTokens: number
}

/** What a model wrote, or why it wrote nothing, and what that cost. */
export type Completion = (
  | { readonly ok: true; readonly text: string }
  | { readonly ok: false; readonly reason: string }
) & { readonly costNano: Nano | undefined }

const completion = z.object({
  choices: z
    .array(
      z.object({
        finish_reason: z.string().nullish(),
        message: z.object({ content: z.string().nullish(), refusal: z.string().nullish() }),
      }),
    )
    .min(1),
})
const tokens = z.number().int().nonnegative()
const usage = z.object({
  usage: z.object({ prompt_tokens: tokens, completion_tokens: tokens.optional() }),
})

/**
 * Asks by OpenAI's chat completions (API reference, read 2026-11-20): temperature 0, an answer
 * held to a strict schema. Never rejects.
 * @param who names the tool in reasons.
 */
export async function askChat(
  endpoint: ChatEndpoint,
  who: string,
  question: ChatQuestion,
  signal?: AbortSignal,
): Promise<Completion> {
  const asked = await ask(endpoint, '/chat/completions', toChat(question, endpoint), signal)
  if (!asked.ok) return asked
  const counted = usage.safeParse(asked.json).data?.usage
  const costNano = costOf(endpoint.price, {
    prompt: counted?.prompt_tokens,
    completion: counted?.completion_tokens,
  })
  const refused = (reason: string): Completion => ({
    ok: false,
    reason: `${who} ${reason}`,
    costNano,
  })
  const choice = completion.safeParse(asked.json).data?.choices[0]
  if (choice === undefined) return refused('sent no completion')
  const { message, finish_reason: end } = choice
  if (typeof message.refusal === 'string') return refused('refused to look at it')
  if (end === 'length') return refused('did not come to the end of its answer')
  return { ok: true, text: message.content ?? '', costNano }
}

const toChat = (
  { instructions, content, answer, maxTokens }: ChatQuestion,
  { model, temperature }: ChatEndpoint,
): object => ({
  model,
  ...(temperature === 'own' ? {} : { temperature: 0 }),
  max_completion_tokens: maxTokens,
  messages: [
    { role: 'system', content: instructions },
    { role: 'user', content },
  ],
  response_format: { type: 'json_schema', json_schema: { ...answer, strict: true } },
})
