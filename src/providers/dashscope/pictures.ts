import { failure, type ProviderFailure } from '../../core/errors/provider-failure.ts'
import { isObject } from '../../core/json.ts'
import type { CallPlan } from '../../ports/provider.ts'
import type { RemoteImage, WireOutcome } from '../shared/definition.ts'
import { failureOfCode } from './classify.ts'

type Entry = RemoteImage | ProviderFailure

/** Reads the pictures of an answer or an ended task, each of which may have failed by itself. */
export function fromPictures(
  json: Readonly<Record<string, unknown>>,
  { n }: Pick<CallPlan, 'n'>,
): Extract<WireOutcome, { kind: 'produced' | 'failed' }> {
  const output = isObject(json.output) ? json.output : {}
  const entries = [...ofResults(output.results), ...ofChoices(output.choices)].slice(0, n)
  const images = entries.filter((entry): entry is RemoteImage => 'url' in entry)
  const failures = entries.filter((entry): entry is ProviderFailure => 'class' in entry)
  const { request_id: requestId } = json
  const id = typeof requestId === 'string' ? { providerRequestId: requestId } : {}
  const [first] = failures
  const count = countOf(json.usage)
  if (images.length === 0) {
    const message = 'Model Studio ended without a picture'
    const billed = count === 0 ? false : count === undefined ? 'unknown' : true
    return { kind: 'failed', failure: first ?? failure('empty', message, { billed }), ...id }
  }
  // Pictures are charged one by one, and only those that were made.
  const missing = Array.from({ length: Math.max(0, n - entries.length) }, () =>
    failure('empty', `${entries.length} of ${n} pictures came`, { billed: false }),
  )
  return {
    kind: 'produced',
    images,
    withheld: [...failures, ...missing],
    usage: { images: count ?? images.length },
    ...id,
  }
}

/** `image_count` is what is charged; undefined when it is not said. */
function countOf(usage: unknown): number | undefined {
  const count = isObject(usage) ? usage.image_count : undefined
  return typeof count === 'number' && Number.isSafeInteger(count) && count >= 0 ? count : undefined
}

const isLink = (value: unknown): value is string =>
  typeof value === 'string' && /^https?:\/\//.test(value) && URL.canParse(value)

/** The older form: `[{url, actual_prompt}, {code, message}]`. */
function ofResults(results: unknown): readonly Entry[] {
  if (!Array.isArray(results)) return []
  return results.filter(isObject).flatMap((entry): readonly Entry[] => {
    const { url, code, message, actual_prompt: revised } = entry
    if (isLink(url)) {
      return [{ url, ...(typeof revised === 'string' ? { revisedPrompt: revised } : {}) }]
    }
    if (typeof code !== 'string') return []
    const words = typeof message === 'string' ? message : code
    return [{ ...failureOfCode({ code, words }), billed: false }]
  })
}

/** The form of messages: several choices of one picture, or one choice of several. */
function ofChoices(choices: unknown): readonly Entry[] {
  if (!Array.isArray(choices)) return []
  return choices
    .filter(isObject)
    .flatMap(({ message }) => (isObject(message) ? message.content : []))
    .filter(isObject)
    .flatMap(({ image }) => (isLink(image) ? [{ url: image }] : []))
}
