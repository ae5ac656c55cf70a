import { normaliseRequest } from '../core/request/normalise.ts'
import type { RequestDraft } from '../core/request/request-draft.ts'
import type { Asked } from '../gateway/asked.ts'
import type { OpenAnswer } from '../gateway/open-answer.ts'
import type { GatewayStand } from './gateway-stand.ts'

/** What a client sends; what is left out is the same for all. */
export interface ClientAsk {
  readonly draft?: Partial<RequestDraft>
  readonly keyId?: string
  readonly form?: Asked['form']
  readonly name?: string
  readonly watch?: Asked['watch']
}

/** Sends a request over a connection that may be lost: nothing is delivered until it leaves. */
export const openAsk = ({ gateway }: GatewayStand, ask: ClientAsk = {}): Promise<OpenAnswer> =>
  gateway.answer({
    request: normaliseRequest({
      operation: 'generate',
      prompt: 'a cup',
      cache: 'off',
      ...ask.draft,
    }),
    caller: { keyId: ask.keyId ?? 'key_someone', tenant: 'here' },
    watch: ask.watch ?? {},
    form: ask.form ?? { format: 'b64_json' },
    ...(ask.name === undefined ? {} : { idempotencyKey: ask.name }),
  })

/** Waits for an answer and reads it to its end: the digests of its pictures. */
export async function readAnswer(answer: OpenAnswer): Promise<string> {
  const { images, release } = await answer.result
  answer.leave({ isComplete: true })
  release()
  return images.map(({ record }) => record.digest).join(' ')
}
