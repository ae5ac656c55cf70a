import { priceRowsSchema } from '../../core/pricebook/price-row.ts'
import type { ProviderDefinition } from './definition.ts'
import { readModelsFile } from './models-file.ts'

/**
 * What a provider sells, from the two files of its folder.
 * @throws where one of them is wrong, naming the place.
 */
export const readCatalogue = (
  provider: string,
  modelsFile: unknown,
  pricesFile: unknown,
): Pick<ProviderDefinition, 'models' | 'aliases' | 'prices'> => ({
  ...readModelsFile(provider, modelsFile),
  prices: priceRowsSchema.parse(pricesFile),
})
