import { dollarsFromNano } from '../../core/money.ts'
import type { Size } from '../../core/request/image-request.ts'
import type { EmulatedEndpoint } from './sandbox-fields.ts'
import type { EmulatedTask } from './sandbox-input.ts'

/** The area that is sold as one megapixel. */
const ONE_SQUARE = 1_024 * 1_024

/** Megapixels as fal sells them: rounded up, 1024×1024 as one. */
const megapixels = ({ width, height }: Size): number =>
  width * height <= ONE_SQUARE ? 1 : Math.ceil((width * height) / 1_000_000)

const NANO_PER_MICRO = 1_000

/** What a request takes of its unit, and what that costs. `factor` plays a drift of the price. */
export function billOf(
  { price }: EmulatedEndpoint,
  { size, inputs }: EmulatedTask,
  count: number,
  factor: number,
): { readonly units: number; readonly dollars: string } {
  const each = megapixels(size)
  if (price.unit === 'images') return total(count, count * price.micro)
  if (price.extraMicro === undefined) {
    const units = each * count * factor
    return total(units, units * price.micro)
  }
  const taken = inputs.reduce((sum, input) => sum + megapixels(input), 0)
  const micro = price.micro + (each - 1 + taken) * price.extraMicro
  return total((each + taken) * count, micro * count)
}

const total = (units: number, micro: number) => ({
  units,
  dollars: dollarsFromNano(BigInt(Math.round(micro * NANO_PER_MICRO))),
})
