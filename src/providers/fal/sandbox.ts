import { defineEmulator, type EmulatorRequest } from '../shared/emulator.ts'
import { detail, json, unauthenticated } from './sandbox-answers.ts'
import { chargeBegun, jobsOf } from './sandbox-jobs.ts'
import { deliver } from './sandbox-media.ts'
import { answerPrices } from './sandbox-prices.ts'
import { answerJob, run, submit } from './sandbox-queue.ts'
import { answerFile, startUpload } from './sandbox-storage.ts'
import { printKeys } from './sandbox-webhooks.ts'

/** Keys that begin so are refused. */
const BAD_KEY = 'invalid'

/**
 * Emulates fal: the queue at the root, fal.run below `/run`, rest.fal.ai below `/rest`, the price
 * API of api.fal.ai below `/v1`, and the media host below `/media`.
 */
export default defineEmulator({
  id: 'fal',
  basePath: '',
  async handle(request, kit) {
    const { method, path } = request
    chargeBegun(kit)
    if (path.startsWith('/media/')) return deliver(request, kit)
    if (path.startsWith('/upload/') || path.startsWith('/files/')) return answerFile(request, kit)
    if (path === '/rest/.well-known/jwks.json') return json(200, await printKeys(kit))
    const key = keyOf(request)
    if (key === undefined) return unauthenticated()
    if (path.startsWith('/v1/models/')) return answerPrices(request)
    if (path === '/rest/storage/upload/initiate') return startUpload(request, kit)
    const [, id, action = ''] = /\/requests\/([^/]+)(\/.*)?$/.exec(path) ?? []
    if (id !== undefined) {
      const job = jobsOf(kit).get(id)
      const isVanished = job?.fault === 'job-vanishes'
      const isMine = job !== undefined && job.key === key && !isVanished
      if (isMine) return answerJob(request, kit, job, action)
      return action === '/cancel'
        ? json(404, { status: 'NOT_FOUND' })
        : detail(404, 'Request not found')
    }
    if (method !== 'POST') return detail(405, 'Method Not Allowed')
    return path.startsWith('/run/') ? run(request, kit, key) : submit(request, kit, key)
  },
})

function keyOf({ headers }: EmulatorRequest): string | undefined {
  const [, key] = /^Key (\S+)$/i.exec(headers.authorization ?? '') ?? []
  return key === undefined || key.startsWith(BAD_KEY) ? undefined : key
}
