import { exchange, type Line, toHttp, transportLimits } from './transport.ts'

/** Bytes of an answer to a probe: a list of models may be long. */
const MOST_BYTES = 16 * 1024 * 1024

/** Asks a provider for something free, to see whether it answers and knows the key. */
export async function probe(
  line: Line,
  signal: AbortSignal,
): Promise<{ readonly ok: boolean; readonly message: string }> {
  const wire = line.definition.probe
  if (wire === undefined) return { ok: true, message: 'nothing to ask' }
  const limitMs = transportLimits.pollMs
  const request = toHttp(line, wire, {
    timeouts: { headersMs: limitMs, totalMs: limitMs },
    maxBytes: MOST_BYTES,
    signal,
  })
  const result = await exchange(line, request)
  if ('failure' in result) return { ok: false, message: result.failure.message }
  const { status } = result.answer
  const isGood = status >= 200 && status <= 299
  const message = isGood ? 'answers' : line.definition.classify(result.answer).message
  return { ok: isGood, message }
}
