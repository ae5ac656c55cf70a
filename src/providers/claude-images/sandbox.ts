import { startOfDay } from '../../core/time.ts'
import { readModelsFile } from '../shared/models-file.ts'
import { emulateGenerating } from '../shared/openai-images/emulated-service.ts'
import modelsFile from './models.json' with { type: 'json' }

/** Nano-dollars of a picture before the change, and of a token since (article 000). */
const NANO = { picture: 30_000_000n, token: 32_166n } as const
const PIXELS_PER_TOKEN = 750
const TOKENS_FROM = startOfDay('2026-04-15')

/** Emulates Claude as a painter, at a flat price and later by tokens. */
export default emulateGenerating({
  id: 'claude-images',
  models: readModelsFile('claude-images', modelsFile).models,
  costNano: ({ n, size }, now) => {
    if (now < TOKENS_FROM) return BigInt(n) * NANO.picture
    const tokens = Math.ceil((size.width * size.height) / PIXELS_PER_TOKEN)
    return BigInt(n * tokens) * NANO.token
  },
})
