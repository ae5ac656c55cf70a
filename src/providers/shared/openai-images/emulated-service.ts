import type { Model } from '../../../core/catalog/model.ts'
import { defineEmulator, type Emulator, type EmulatorAnswer } from '../emulator.ts'
import { bearerKeyOf, jsonAnswer } from '../emulator-wire.ts'
import { noSuchPath, openAIWords } from './emulated-errors.ts'
import { makePictures } from './emulated-images.ts'
import type { ResolvedRequest } from './emulated-request.ts'

/** A service that does no more than generate pictures by OpenAI's Images API. */
export interface GeneratingService {
  readonly id: string
  readonly models: readonly Model[]
  /** Nano-dollars of a call, at the emulated instant. */
  readonly costNano: (asked: ResolvedRequest, now: number) => bigint
  /** Calls that it makes at once; the next one is refused. No limit when absent. */
  readonly parallelCalls?: number
}

const PAUSE_SECONDS = 2

/** Emulates such a service, in OpenAI's words. */
export function emulateGenerating(service: GeneratingService): Emulator {
  const { id, models, costNano, parallelCalls = Number.POSITIVE_INFINITY } = service
  return defineEmulator({
    id,
    basePath: '/v1',
    async handle(request, kit): Promise<EmulatorAnswer> {
      const { method, path } = request
      if (bearerKeyOf(request) === undefined) return openAIWords.noSuchKey()
      if (method === 'GET' && path === '/v1/models') {
        const data = models.map((model) => ({ id: model.id, object: 'model' }))
        return jsonAnswer(200, { object: 'list', data })
      }
      if (method !== 'POST' || path !== '/v1/images/generations') return noSuchPath(method, path)
      const busy = Number(kit.state.get('busy') ?? 0)
      if (busy >= parallelCalls) return openAIWords.rateLimited(id, PAUSE_SECONDS)
      kit.state.set('busy', busy + 1)
      try {
        const images = {
          findModel: (name: string) => models.find((model) => model.id === name),
          costNano: (asked: ResolvedRequest) => costNano(asked, kit.now()),
          words: openAIWords,
        }
        return await makePictures(images, 'generation', request, kit, `req_${kit.hexId(32)}`)
      } finally {
        kit.state.set('busy', Number(kit.state.get('busy')) - 1)
      }
    },
  })
}
