import { purposeSchema } from '../core/purpose/purpose.ts'
import {
  draws,
  type Play,
  type Resume,
  scriptedModel,
  scriptedProvider,
} from './scripted-provider.ts'

/** What a picture of 256×256 costs at the painter, its enlarging, and one of 1024×1024 at once. */
export const SMALL_NANO = 2_500_000n
/** See {@link SMALL_NANO}. */
export const ENLARGED_NANO = 2_000_000n
/** See {@link SMALL_NANO}. */
export const DIRECT_NANO = 40_000_000n

/** A painter that is paid by the megapixel, and an upscaler at a fixed price. */
export function roomyMarket({
  upscaler = '0.002',
  enlarges = draws(500),
  paints = draws(1),
  resumes,
}: {
  readonly upscaler?: string
  readonly enlarges?: Play
  readonly paints?: Play
  readonly resumes?: Resume
} = {}) {
  const painter = scriptedProvider({
    id: 'painter',
    models: [
      scriptedModel({
        ...{ provider: 'painter', tier: 'premium', qualities: [] },
        operations: ['generate', 'edit', 'inpaint'],
      }),
    ],
    row: {
      components: [
        { kind: 'per_megapixel', usd_per_mp: '0.04', mp_base: 1_048_576, rounding: 'none' },
      ],
    },
    play: paints,
    ...(resumes === undefined ? {} : { resume: resumes }),
  })
  const crisp = scriptedProvider({
    ...{ id: 'crisp', usd: upscaler },
    models: [
      scriptedModel({
        ...{ provider: 'crisp', operations: ['upscale'], qualities: [] },
        operationLimits: { upscale: { modes: ['fast'], scales: [2, 4] } },
      }),
    ],
    play: enlarges,
  })
  return { painter, crisp }
}

/** A purpose that allows to enlarge what was made small, and one that does not. */
export const roomyPurposes = {
  roomy: purposeSchema.parse({ upscale: true, floor: 0.5 }),
  exact: purposeSchema.parse({ floor: 0.5 }),
}

/** What is asked of the market. */
export const roomyWish = { prompt: 'a boat', purpose: 'roomy', size: '1024x1024' } as const
