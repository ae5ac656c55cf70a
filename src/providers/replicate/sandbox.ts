import {
  defineEmulator,
  type EmulatorAnswer,
  type EmulatorKit,
  type EmulatorRequest,
} from '../shared/emulator.ts'
import { countInMinute } from '../shared/emulator-state.ts'
import { json, notFound, throttled, unauthenticated } from './sandbox-answers.ts'
import { answerCatalogue, versionOf } from './sandbox-catalogue.ts'
import { create } from './sandbox-create.ts'
import { deliver } from './sandbox-delivery.ts'
import { answerFiles } from './sandbox-files.ts'
import { emulatedModels } from './sandbox-models.ts'
import { chargeSeconds, predictionsOf, viewPrediction } from './sandbox-predictions.ts'
import { printPrediction } from './sandbox-print.ts'
import { webhookSecret } from './sandbox-webhooks.ts'

/** Keys that begin so are refused. */
const BAD_KEY = 'invalid'
/** Requests a minute: creations, and all else (replicate.com/docs, read 2026-11-20). */
const CREATIONS_PER_MINUTE = 600
const REQUESTS_PER_MINUTE = 3_000
const MINUTE_MS = 60_000
/** Predictions of one page (same source). */
const PAGE_SIZE = 100

/** Emulates Replicate's HTTP API: predictions, models, files, webhooks. */
export default defineEmulator({
  id: 'replicate',
  basePath: '/v1',
  async handle(request, kit) {
    const { method, path } = request
    chargeSeconds(kit)
    if (path.startsWith('/delivery/')) return deliver(request, kit)
    const [, key] = /^(?:Bearer|Token) (\S+)$/i.exec(request.headers.authorization ?? '') ?? []
    if (key === undefined) return unauthenticated(request.headers.authorization !== undefined)
    if (key.startsWith(BAD_KEY)) return unauthenticated(true)
    const isCreation = method === 'POST' && path.endsWith('/predictions')
    const pause = secondsUntilFree(kit, key, isCreation)
    if (pause !== undefined) return throttled(pause)
    if (isCreation) return createAt(request, kit, key)
    if (path.startsWith('/v1/predictions')) return answerPredictions(request, kit, key)
    if (path === '/v1/files' || path.startsWith('/v1/files/')) return answerFiles(request, kit, key)
    if (path === '/v1/webhooks/default/secret') return json(200, { key: webhookSecret(kit) })
    return method === 'GET' ? answerCatalogue(request) : notFound()
  },
})

/** Seconds to wait when a key has made too many requests in this minute. */
function secondsUntilFree(kit: EmulatorKit, key: string, isCreation: boolean): number | undefined {
  const name = `rate of ${isCreation ? 'creations' : 'requests'} by ${key}`
  const count = countInMinute(kit, name, kit.scaled(MINUTE_MS))
  const limit = isCreation ? CREATIONS_PER_MINUTE : REQUESTS_PER_MINUTE
  return count > limit ? Math.ceil(MINUTE_MS / 1_000 / 2) : undefined
}

/** A creation by the path of an official model, or by the version in the body. */
function createAt(request: EmulatorRequest, kit: EmulatorKit, key: string) {
  const { path } = request
  const [, named] = /^\/v1\/models\/([^/]+\/[^/]+)\/predictions$/.exec(path) ?? []
  if (named !== undefined) {
    const model = emulatedModels.get(named)
    const isOpen = model?.isOfficial === true
    return create(request, kit, {
      key,
      modelName: named,
      model: isOpen ? model : undefined,
      version: 'hidden',
    })
  }
  const version = path === '/v1/predictions' ? versionIn(request.body) : undefined
  const found = [...emulatedModels].find(
    ([name, model]) =>
      version !== undefined &&
      !model.isOfficial &&
      [versionOf(model), `${name}:${versionOf(model)}`].includes(version),
  )
  return create(request, kit, {
    key,
    modelName: found?.[0] ?? '',
    model: found?.[1],
    version: version ?? '',
  })
}

function versionIn(body: Uint8Array): string | undefined {
  const [, version] = /"version"\s*:\s*"([^"]+)"/.exec(Buffer.from(body).toString('utf8')) ?? []
  return version
}

/** A page of predictions, one of them, or its stop. */
function answerPredictions(
  { method, path, query, baseUrl }: EmulatorRequest,
  kit: EmulatorKit,
  key: string,
): EmulatorAnswer {
  if (path === '/v1/predictions') {
    const mine = [...predictionsOf(kit).values()].filter((job) => job.key === key).toReversed()
    const start = Number(query.get('cursor') ?? 0)
    const next = start + PAGE_SIZE
    return json(200, {
      previous: null,
      next: next < mine.length ? `${baseUrl}/v1/predictions?cursor=${next}` : null,
      results: mine.slice(start, next).map((job) => printPrediction(job, kit, baseUrl)),
    })
  }
  const [, id = '', action] = /^\/v1\/predictions\/([^/]+)(\/cancel)?$/.exec(path) ?? []
  const job = predictionsOf(kit).get(id)
  if (job === undefined || job.key !== key) return notFound()
  const { status, endedAt } = viewPrediction(job, kit)
  if (job.fault === 'job-vanishes' && status !== 'starting') return notFound()
  if (action !== undefined && method === 'POST' && endedAt === undefined) {
    job.cancelledAt = kit.now()
    chargeSeconds(kit)
  }
  return json(200, printPrediction(job, kit, baseUrl))
}
