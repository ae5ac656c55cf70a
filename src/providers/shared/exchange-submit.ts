import { failure } from '../../core/errors/provider-failure.ts'
import type { Clock } from '../../ports/clock.ts'
import type { HttpRequest } from '../../ports/http-client.ts'
import type { JobReports } from '../../ports/provider.ts'
import { exchange, type Line, transportLimits } from './transport.ts'

/**
 * Sends a submit. When the end of its job is reported and nothing is answered all the same, nothing
 * will be.
 */
export async function exchangeSubmit(
  line: Line,
  clock: Clock,
  request: HttpRequest,
  reports: JobReports | undefined,
): ReturnType<typeof exchange> {
  if (reports === undefined) return exchange(line, request)
  const over = new AbortController()
  const signals = request.signal === undefined ? [] : [request.signal]
  const signal = AbortSignal.any([over.signal, ...signals])
  const silence = reports.ended.then(() => clock.sleep(transportLimits.lateAnswerMs, over.signal))
  const first = await Promise.race([exchange(line, { ...request, signal }), silence])
  over.abort()
  const message = 'the end of the job was reported, and the submit not answered'
  return first ?? { failure: failure('timeout_unknown', message), kind: undefined }
}
