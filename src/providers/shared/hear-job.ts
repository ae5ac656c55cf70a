import type { CallContext, CallPlan, JobReports, ProviderJob } from '../../ports/provider.ts'
import { newsTeller } from './job-news.ts'
import { type Line, transportLimits } from './transport.ts'

/** Times that one job's socket may cut a pause short: a server that lies is not polled all day. */
const MOST_WAKES = 5

/** A job's socket, as far as there is one. */
export interface Hearing {
  /** Pauses between two polls: longer while the socket tells of work, over when it says "ended". */
  pause(everyMs: number, sleep: JobReports['pause'], signal?: AbortSignal): Promise<void>
  close(): void
}

/**
 * Listens to what the server's socket tells of a job, until it is closed. A socket that cannot be
 * opened, breaks, says nothing or lies changes nothing but the time that a job takes: its end is
 * polled, and it is not opened again.
 */
export function hearJob(
  line: Line,
  job: ProviderJob,
  { plan, context }: { readonly plan: CallPlan; readonly context: CallContext },
): Hearing {
  const { definition, http, baseUrl, apiKey, addresses } = line
  const rule = definition.flow.kind === 'poll' ? definition.flow.listen : undefined
  if (rule === undefined || http.listen === undefined) {
    return { pause: (everyMs, sleep, signal) => sleep(everyMs, signal), close: () => undefined }
  }
  const over = new AbortController()
  const read = rule.readerOf(job)
  const tell = newsTeller(plan, context)
  const { url, greeting } = rule.toSocket(job)
  let wake = new AbortController()
  let wakes = 0
  let isAtWork = false
  const listening = http.listen(
    {
      url: `${baseUrl}${url}`,
      headers: definition.authorize(apiKey),
      ...{ addresses, signal: over.signal },
      ...(greeting === undefined ? {} : { greeting }),
      openMs: transportLimits.socketOpenMs,
      maxMessages: transportLimits.maxSocketMessages,
    },
    (message) => {
      for (const news of read(message)) {
        isAtWork = news.kind !== 'ended'
        if (isAtWork) tell(news)
        else if (wakes < MOST_WAKES) {
          wakes += 1
          wake.abort()
        }
      }
    },
  )
  // Whatever breaks it, the polls go on.
  const silent = (): void => {
    isAtWork = false
  }
  listening.then(silent, silent)
  return {
    close: () => over.abort(),
    async pause(everyMs, sleep, signal) {
      const { signal: woken } = wake
      const pauseMs = isAtWork ? Math.max(everyMs, rule.everyMs) : everyMs
      const either = signal === undefined ? woken : AbortSignal.any([signal, woken])
      await sleep(pauseMs, either).catch((error: unknown) => {
        if (!woken.aborted || signal?.aborted === true) throw error
      })
      if (woken.aborted) wake = new AbortController()
    },
  }
}
