import { priceRowsSchema } from '../../core/pricebook/price-row.ts'
import { testProvider } from '../../testing/test-provider.ts'
import leonardo from './index.ts'
import emulator from './sandbox.ts'

/** Leonardo publishes no prices: these are an operator's, of the emulator's tariff. */
const prices = priceRowsSchema.parse(
  leonardo.models.flatMap(({ id, operations }) =>
    operations.map((operation) => ({
      offer: `leonardo/${id}`,
      operation,
      components: [{ kind: 'area_scaled', base_usd: '0.016384', base: '1024x1024' }],
      valid_from: '2026-01-01',
      source: {
        url: 'urn:emulator',
        read_at: '2026-11-20',
        confidence: 'derived',
        note: 'the tariff of the emulator',
      },
    })),
  ),
)

testProvider({ ...leonardo, prices }, emulator, {
  fixtures: new URL('./fixtures/', import.meta.url),
})
