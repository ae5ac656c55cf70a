import { failure, type ProviderFailure } from '../../core/errors/provider-failure.ts'
import { requestLimits } from '../../core/request/limits.ts'
import type { Clock } from '../../ports/clock.ts'
import type { HttpRequest } from '../../ports/http-client.ts'
import type { CallOutcome, ProducedImage } from '../../ports/provider.ts'
import type { RemoteImage, WireOutcome } from './definition.ts'
import { exchange, type Line, toHttp, transportLimits } from './transport.ts'

const isTransient = (status: number): boolean => status === 408 || status === 429 || status >= 500

/**
 * Fetches a finished picture, from a link without the credential. It is paid for, so passing
 * troubles are retried; a link that is refused or gone ends it at once.
 */
async function download(
  line: Line,
  clock: Clock,
  remote: RemoteImage,
  signal: AbortSignal | undefined,
): Promise<ProducedImage | ProviderFailure> {
  let last = failure('bad_image', 'the picture could not be fetched')
  for (let attempt = 0; attempt < transportLimits.maxDownloads; attempt += 1) {
    if (attempt > 0) await clock.sleep(transportLimits.downloadPauseMs * 2 ** (attempt - 1), signal)
    const result = await exchange(line, toDownload(line, remote.url, signal))
    if ('failure' in result) {
      last = failure('bad_image', `the picture could not be fetched: ${result.failure.message}`)
      if (result.kind === 'blocked_address' || result.kind === 'aborted') return last
      continue
    }
    const { status, images, text } = result.answer
    const image = images[0]
    if (status === 200 && image !== undefined) {
      const { url: _, ...facts } = remote
      return { ...facts, ...image }
    }
    last = failure('bad_image', `the picture's link answered ${status} ${text ?? ''}`.trim(), {
      status,
    })
    if (!isTransient(status)) return last
  }
  return last
}

function toDownload(line: Line, url: string, signal: AbortSignal | undefined): HttpRequest {
  const limits = {
    timeouts: { headersMs: transportLimits.downloadMs, totalMs: transportLimits.downloadMs },
    maxBytes: requestLimits.maxImageBytes,
  }
  // What the provider serves below its own address may ask for the credential like all else there.
  if (url.startsWith('/')) return toHttp(line, { method: 'GET', url }, { ...limits, signal })
  return {
    method: 'GET',
    url,
    headers: { accept: 'image/*' },
    addresses: line.addresses,
    maxRedirects: transportLimits.maxDownloadRedirects,
    ...limits,
    ...(signal === undefined ? {} : { signal }),
  }
}

/**
 * Brings the bytes of all images of an outcome in; those that cannot be had become failures, and a
 * call without any has failed.
 */
export async function gather(
  line: Line,
  clock: Clock,
  outcome: Extract<WireOutcome, { kind: 'produced' }>,
  signal: AbortSignal | undefined,
): Promise<CallOutcome> {
  const results = await Promise.all(
    outcome.images.map((image) =>
      'bytes' in image ? image : download(line, clock, image, signal),
    ),
  )
  const images = results.filter((result): result is ProducedImage => 'bytes' in result)
  const lost = results.filter((result): result is ProviderFailure => 'class' in result)
  const withheld = [...outcome.withheld, ...lost]
  const first = withheld[0]
  if (images.length === 0 && first !== undefined) {
    return { ...outcome, kind: 'failed', failure: first }
  }
  return { ...outcome, images, withheld }
}
