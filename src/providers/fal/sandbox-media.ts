import type { EmulatorAnswer, EmulatorKit, EmulatorRequest } from '../shared/emulator.ts'
import { errorOf, jobsOf, pictureCount, stateOf } from './sandbox-jobs.ts'

/** Bytes of a cut picture, as a share. */
const TRUNCATED_SHARE = 0.6

const text = (status: number, words: string): EmulatorAnswer => ({
  status,
  headers: { 'content-type': 'text/plain' },
  body: words,
})

/** The media host. It refuses whoever shows it the key, so that a leak fails every test. */
export async function deliver(
  { headers, path }: EmulatorRequest,
  kit: EmulatorKit,
): Promise<EmulatorAnswer> {
  if (headers.authorization !== undefined) {
    return text(400, 'A credential must not be sent to the media host')
  }
  const [, id = '', number] = /^\/media\/([^/]+)\/(\d+)\.\w+$/.exec(path) ?? []
  const job = jobsOf(kit).get(id)
  const index = Number(number)
  if (job?.task === undefined || index >= pictureCount(job)) return text(404, 'Not found')
  if (stateOf(job, kit.now()) !== 'COMPLETED' || errorOf(job)) return text(404, 'Not found')
  if (job.fault === 'link-expired') return text(404, 'Not found')
  if (job.fault === 'link-forbidden') return text(403, 'Forbidden')
  const contentType = { 'content-type': `image/${job.task.format}` }
  if (job.fault === 'not-an-image') {
    return { ...text(200, 'this is no picture'), headers: contentType }
  }
  const { width, height } = job.task.size
  const isBlank = job.fault === 'blank' || job.fault === 'moderate-output'
  const bytes = await kit.draw({
    width: job.fault === 'wrong-size' ? Math.ceil(width / 2) : width,
    height,
    prompt: job.task.prompt,
    seed: job.seed + index,
    format: job.task.format,
    ...(isBlank ? { blank: true } : {}),
  })
  const end = job.fault === 'truncated' ? Math.floor(bytes.length * TRUNCATED_SHARE) : bytes.length
  return { status: 200, headers: contentType, body: bytes.subarray(0, end) }
}
