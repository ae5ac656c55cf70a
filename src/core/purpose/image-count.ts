import { invalid } from '../errors/gateway-error.ts'
import type { RequestDraft } from '../request/request-draft.ts'
import type { Purposes } from './default-purposes.ts'
import type { Purpose } from './purpose.ts'

/** A draft that names no number of pictures gets that of its purpose, where it has one. */
export function withUsualCount(draft: RequestDraft, purposes: Purposes): RequestDraft {
  if (draft.n !== undefined && draft.n !== null) return draft
  const named = /^auto:(.+)$/.exec(draft.model ?? '')?.[1]
  const { defaultImages } = purposes.of(draft.purpose ?? named)
  return defaultImages === undefined ? draft : { ...draft, n: defaultImages }
}

/** @throws GatewayError naming `n` when that is more than the purpose allows. */
export function checkCount(n: number, { name, maxImages }: Purpose): void {
  if (maxImages === undefined || n <= maxImages) return
  const advice = 'Ask for fewer, or raise max_images of the purpose'
  throw invalid('n', `n is ${n}; requests for ${name} take at most ${maxImages}. ${advice}.`)
}
