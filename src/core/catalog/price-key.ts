import type { PriceKey } from '../pricebook/price-book.ts'
import type { CallPlan } from './call-plan.ts'
import { offerName } from './model.ts'

/** Under which name the price book lists a call. */
export const priceKeyOf = ({ model, operation, settings, expectedSize }: CallPlan): PriceKey => ({
  offer: offerName(model),
  operation,
  ...(settings.quality === undefined ? {} : { quality: settings.quality }),
  ...(settings.resolution === undefined ? {} : { resolution: settings.resolution }),
  size: `${expectedSize.width}x${expectedSize.height}`,
})
