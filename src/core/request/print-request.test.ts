import { expect, test } from 'vitest'
import { printAsked } from './print-request.ts'

test('a stored request is printed in the spelling of the wire', () => {
  const stored = {
    ...{ operation: 'generate', model: 'auto', negativePrompt: 'fog', n: 2, aspect: '3:2' },
    ...{ size: { width: 1_024, height: 768 }, display: { width: 300, height: 200, pixelRatio: 2 } },
    ...{ format: 'webp', maxCostNano: '50000000', cacheTtlMs: 3_600_000, cacheIsExplicit: true },
    notBefore: Date.UTC(2026, 10, 26),
    images: [{ digest: 'ab', byteLength: 12, hasAlpha: false, format: 'png' }],
    references: [
      { digest: 'cd', format: 'png', image: 'img_1' },
      { digest: 'ef', format: 'png' },
    ],
    details: { kind: 'outpaint', expand: { left: 10 }, scale: 2 },
    tags: { campAign: 'Autumn' },
    providerOptions: { bfl: { safetyTolerance: 3 } },
    onGateRefusal: 'deliver',
    seed: undefined,
  }
  expect(printAsked(stored)).toEqual({
    ...{ operation: 'generate', model: 'auto', negative_prompt: 'fog', n: 2, aspect_ratio: '3:2' },
    ...{ size: '1024x768', display: '300x200@2', output_format: 'webp' },
    ...{ max_cost: '0.05', cache_ttl: 3_600, not_before: '2026-11-26T00:00:00.000Z' },
    images: [{ digest: 'ab', byte_length: 12, has_alpha: false, format: 'png' }],
    references: ['img_1', 'ef'],
    ...{ expand: { left: 10 }, scale: 2 },
    tags: { campAign: 'Autumn' },
    provider_options: { bfl: { safetyTolerance: 3 } },
    on_gate_refusal: 'deliver',
  })
})
