import type { FastifyReply } from 'fastify'
import { isEnded, type RequestState } from '../core/jobs/request-record.ts'
import type { JsonObject } from '../core/json.ts'
import type { Gateway } from '../gateway/gateway.ts'
import type { WorkNews } from '../gateway/work-desk.ts'
import { watchClient } from './client-gone.ts'
import { printError, toGatewayError } from './errors.ts'
import {
  base64Of,
  createEventQueue,
  type EventQueue,
  keepAlive,
  openStream,
  printEvent,
} from './event-stream.ts'
import { write } from './openai/send-images.ts'

/** What a stream of one job needs. */
export interface JobStream {
  readonly gateway: Gateway
  /** The job as it is now. */
  readonly show: () => Promise<JsonObject>
}

/**
 * Answers with the states of a job as they change, as server-sent events: `job.updated`, and last
 * `job.completed`, `job.failed` or `job.cancelled`. Where this process makes the job, its progress
 * (`job.progress`) and its partial pictures come as well. To watch is not to wait: who stops
 * watching stops nothing else.
 */
export async function streamJob(reply: FastifyReply, id: string, job: JobStream): Promise<void> {
  const { jobs, deps } = job.gateway
  const queue = createEventQueue()
  const client = watchClient(reply.raw)
  const deaf = jobs.listen(id, (news) => queue.push(printNews(id, news)))
  const quiet = keepAlive(queue, deps.clock)
  const told = tellStates(queue, id, job, client.gone)
    .catch((error: unknown) => {
      queue.push(printEvent('error', printError(toGatewayError(error), id, '')))
    })
    .finally(() => queue.end())
  openStream(reply, id)
  try {
    for await (const text of queue) {
      if (!(await write(reply.raw, text))) break
    }
    await told
  } finally {
    deaf()
    quiet()
    reply.raw.end()
  }
}

function printNews(id: string, news: WorkNews): string {
  if (news.kind === 'partial') {
    const { index, bytes } = news.partial
    const data = { id, partial_image_index: index, b64_json: base64Of(bytes) }
    return printEvent('job.partial_image', data)
  }
  const { attemptId, share, step, steps } = news.progress
  return printEvent('job.progress', { id, attempt: attemptId, share, step, steps })
}

/** Looks at the job until it has ended or nobody watches, and tells what is new. */
async function tellStates(
  queue: EventQueue,
  id: string,
  { gateway, show }: JobStream,
  gone: AbortSignal,
): Promise<void> {
  let last = ''
  while (!gone.aborted) {
    const shown = await show()
    const hasEnded = isEnded(shown.status as RequestState)
    const text = printEvent(hasEnded ? `job.${shown.status}` : 'job.updated', shown)
    if (text !== last) queue.push(text)
    if (hasEnded) return
    // A server that closes does not wait for other processes; whoever watches asks one of them.
    if (!gateway.isAccepting && !gateway.jobs.isMadeHere(id)) return
    last = text
    await gateway.jobs.pause(id, gone)
  }
}
