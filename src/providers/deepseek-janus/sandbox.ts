import { startOfDay } from '../../core/time.ts'
import { readModelsFile } from '../shared/models-file.ts'
import { emulateGenerating } from '../shared/openai-images/emulated-service.ts'
import modelsFile from './models.json' with { type: 'json' }

/** Nano-dollars of a picture, before April 2026 and since (articles 002 and 000). */
const NANO = { before: 6_000_000n, since: 18_000_000n } as const
const DEARER_FROM = startOfDay('2026-04-01')

/** Emulates a hosted Janus, with its ten calls at once. */
export default emulateGenerating({
  id: 'deepseek-janus',
  models: readModelsFile('deepseek-janus', modelsFile).models,
  costNano: ({ n }, now) => BigInt(n) * (now < DEARER_FROM ? NANO.before : NANO.since),
  parallelCalls: 10,
})
