import type { Clock } from '../../ports/clock.ts'
import type { CallContext, ProviderCall } from '../../ports/provider.ts'
import { type JobNews, newsTeller, type WatchRule } from './job-news.ts'
import { exchange, type Line, maxAnswerBytes, toHttp, transportLimits } from './transport.ts'

/** Looks in a row that may tell nothing before the next place is tried. */
const MOST_FAILED_LOOKS = 2

/**
 * Makes a synchronous call, and meanwhile asks the server how far it has come. What it answers to
 * that never changes how the call ends.
 */
export async function watchCall<Result>(
  line: Line,
  clock: Clock,
  watched: { readonly call: ProviderCall; readonly context: CallContext },
  work: () => Promise<Result>,
): Promise<Result> {
  const { call, context } = watched
  const { flow } = line.definition
  const isWanted = context.onProgress !== undefined || (call.partialImages ?? 0) > 0
  if (flow.kind !== 'sync' || flow.watch === undefined || !isWanted) return work()
  const { everyMs, looks } = flow.watch
  const over = new AbortController()
  const tell = newsTeller(call, context)
  const watch = async (): Promise<void> => {
    for (const look of looks) {
      for (let failed = 0; failed < MOST_FAILED_LOOKS; failed += 1) {
        await clock.sleep(everyMs, over.signal)
        const news = await lookOnce(line, look, call, over.signal)
        if (over.signal.aborted) return
        if (news === undefined) continue
        failed = -1
        news.forEach(tell)
      }
    }
  }
  watch().catch(() => undefined)
  try {
    return await work()
  } finally {
    over.abort()
  }
}

async function lookOnce(
  line: Line,
  { toLook, fromLook }: WatchRule['looks'][number],
  call: ProviderCall,
  signal: AbortSignal,
): Promise<readonly JobNews[] | undefined> {
  const request = toHttp(line, toLook(call), {
    timeouts: { headersMs: transportLimits.pollMs, totalMs: transportLimits.pollMs },
    maxBytes: maxAnswerBytes(1),
    signal,
  })
  const result = await exchange(line, request)
  if ('failure' in result || result.answer.status < 200 || result.answer.status > 299) {
    return undefined
  }
  return fromLook(result.answer)
}
