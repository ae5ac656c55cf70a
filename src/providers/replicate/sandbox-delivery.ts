import type { EmulatorAnswer, EmulatorKit, EmulatorRequest } from '../shared/emulator.ts'
import { pictureCount, predictionsOf, viewPrediction } from './sandbox-predictions.ts'

/** Bytes of a cut picture, as a share. */
const TRUNCATED_SHARE = 0.6

const text = (status: number, words: string): EmulatorAnswer => ({
  status,
  headers: { 'content-type': 'text/plain' },
  body: words,
})

/**
 * The delivery host. It refuses whoever shows it the key, so that a leak fails every test; an hour
 * after the end there is nothing left.
 */
export async function deliver(
  { headers, path }: EmulatorRequest,
  kit: EmulatorKit,
): Promise<EmulatorAnswer> {
  if (headers.authorization !== undefined) {
    return text(400, 'A credential must not be sent to the delivery host')
  }
  const [, id = '', number] = /^\/delivery\/([^/]+)\/out-(\d+)\.\w+$/.exec(path) ?? []
  const job = predictionsOf(kit).get(id)
  const view = job === undefined ? undefined : viewPrediction(job, kit)
  const index = Number(number)
  if (job === undefined || view?.status !== 'succeeded' || index >= pictureCount(job)) {
    return text(404, 'Not found')
  }
  if (view.isRemoved || job.fault === 'link-expired') return text(404, 'Not found')
  if (job.fault === 'link-forbidden') return text(403, 'Forbidden')
  const contentType = { 'content-type': `image/${job.task.format}` }
  if (job.fault === 'not-an-image') {
    return { ...text(200, 'this is no picture'), headers: contentType }
  }
  const { width, height } = job.task.size
  const bytes = await kit.draw({
    // Another shape as well: of shapes, nobody knows the pixels beforehand.
    width: job.fault === 'wrong-size' ? Math.ceil(width / 2) : width,
    height,
    prompt: job.task.prompt,
    seed: job.seed + index,
    format: job.task.format,
    ...(job.fault === 'blank' ? { blank: true } : {}),
  })
  const end = job.fault === 'truncated' ? Math.floor(bytes.length * TRUNCATED_SHARE) : bytes.length
  return { status: 200, headers: contentType, body: bytes.subarray(0, end) }
}
