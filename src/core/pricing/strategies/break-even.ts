import Big from 'big.js'
import type { Nano } from '../../money.ts'
import { ok, type Result, refused } from '../../result.ts'
import { type Decimal, decimal } from '../decimal.ts'
import { dollarsOf, flawOfCounts, flawOfShares } from '../expectation.ts'
import { type UnpriceableReason, unpriceable } from '../unpriceable.ts'

/** From how many images on an own machine is cheaper, and whether it can make so many. */
export interface BreakEven {
  /** Images from which on the machine's hours cost no more than the same images elsewhere. */
  readonly images: number
  /** Images it makes at most in those hours; absent when its speed is not known. */
  readonly capacity?: number
  /** Whether the capacity suffices; false means never on one machine. Absent like the capacity. */
  readonly isReachable?: boolean
}

/**
 * From how many images on the hours of a machine pay. The comparison is only as honest as the price
 * elsewhere: it must be that of the cheapest offer that is good enough.
 * @example $3.80 an hour for 720 hours against $0.04 an image = 68,400 images
 */
export function breakEven(
  prices: { readonly gpuHourNano: Nano; readonly apiImageNano: Nano },
  machine: {
    readonly hours: number
    readonly imagesPerHour?: number
    /** Share of the hours in which it works; absent = all of them. */
    readonly utilisation?: number
  },
): Result<BreakEven, UnpriceableReason> {
  const { hours, imagesPerHour, utilisation = 1 } = machine
  const flaw =
    flawOfCounts({ hours, imagesPerHour: imagesPerHour ?? 0 }) ?? flawOfShares({ utilisation })
  if (flaw !== undefined) return refused(flaw)
  if (prices.apiImageNano <= 0n) {
    const text = 'against images that cost nothing a machine never pays'
    return refused(unpriceable('unknown_rate', 'apiImageNano', text))
  }
  const cost = dollarsOf(prices.gpuHourNano).times(hours)
  const images = cost.div(dollarsOf(prices.apiImageNano)).round(0, Big.roundUp).toNumber()
  if (imagesPerHour === undefined) return ok({ images })
  const capacity = wholePart(decimal(imagesPerHour).times(hours).times(utilisation))
  return ok({ images, capacity, isReachable: images <= capacity })
}

const wholePart = (value: Decimal): number => value.round(0, Big.roundDown).toNumber()
