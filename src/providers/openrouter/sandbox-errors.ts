import type { EmulatorAnswer } from '../shared/emulator.ts'
import { jsonAnswer } from '../shared/emulator-wire.ts'

type Metadata = Readonly<Record<string, unknown>>

/** An error as OpenRouter prints it: the code is the status. */
export const errorBody = (code: number, message: string, metadata?: Metadata) => ({
  error: { code, message, ...(metadata === undefined ? {} : { metadata }) },
  user_id: 'user_sandbox',
})

const refusal = (
  status: number,
  message: string,
  metadata?: Metadata,
  headers: Readonly<Record<string, string>> = {},
): EmulatorAnswer => jsonAnswer(status, errorBody(status, message, metadata), headers)

/** A parameter that OpenRouter or the model does not take. */
export const badParameter = (message: string): EmulatorAnswer => refusal(400, message)

/** A missing or refused key. */
export const noSuchKey = (): EmulatorAnswer => refusal(401, 'User not found.')

/** Nothing is left of the credits. */
export const noCredit = (): EmulatorAnswer =>
  refusal(402, 'Insufficient credits. Add more using https://openrouter.ai/settings/credits')

/** A prompt that OpenRouter's own look found fault with. */
export const flagged = (model: string): EmulatorAnswer =>
  refusal(403, `${model} requires moderation. Your input was flagged.`, {
    reasons: ['violence'],
    flagged_input: 'a flagged part of the prompt',
    model_slug: model,
  })

/** What a supplier answers when it made a picture and withheld it; it is not charged. */
export const withheld = (): EmulatorAnswer =>
  refusal(400, 'Provider returned error', {
    provider_name: 'OpenAI',
    raw: JSON.stringify({
      error: { code: 'moderation_blocked', moderation_details: { moderation_stage: 'output' } },
    }),
  })

/** Nobody serves a model of this name, or not any more. */
export const noSuchModel = (model: string): EmulatorAnswer =>
  refusal(404, `No endpoints found for ${model}.`)

/** A path that the API does not have. */
export const noSuchPath = (): EmulatorAnswer => refusal(404, 'Not Found')

/** Too many requests; the reset is an instant in milliseconds. */
export const rateLimited = (now: number, pauseMs: number): EmulatorAnswer =>
  refusal(429, 'Rate limit exceeded', undefined, {
    'x-ratelimit-limit': '20',
    'x-ratelimit-remaining': '0',
    'x-ratelimit-reset': String(now + pauseMs),
    'retry-after': String(Math.ceil(pauseMs / 1_000)),
  })

/** OpenRouter's own fault. */
export const serverError = (): EmulatorAnswer => refusal(500, 'Internal Server Error')

/** A supplier with too much to do. */
export const overloaded = (): EmulatorAnswer =>
  refusal(529, 'Provider overloaded', { provider_name: 'OpenAI' })
