/** Words of other languages than English, which the gateway's own rules do not read. */
const CATEGORIES: Readonly<Record<string, readonly string[]>> = {
  glass: ['flasche', 'glas', 'bouteille', 'verre', 'botella', 'vaso'],
  people: ['frau', 'mann', 'kind', 'femme', 'homme', 'enfant', 'mujer', 'hombre'],
  food: ['essen', 'kuchen', 'plat', 'gâteau', 'comida', 'pastel'],
  interior: ['wohnzimmer', 'küche', 'salon', 'cuisine', 'cocina'],
}
const PURPOSES: Readonly<Record<string, readonly string[]>> = {
  product: ['produktfoto', 'produktbild', 'packshot', 'produit', 'producto'],
  hero: ['titelbild', 'aufmacher', 'bannière', 'portada'],
  thumbnail: ['vorschaubild', 'vignette', 'miniatura'],
}
const LETTERING = ['aufschrift', 'schriftzug', 'inscription', 'letrero']
const COMPLEXITY = { glass: 'texture', people: 'people', food: 'shadows', interior: 'shadows' }

/**
 * What the emulated classifier says of a prompt: it knows a few words of other languages and is
 * unsure of everything else.
 */
export function guessClass(text: string) {
  const words = new Set(text.toLowerCase().match(/\p{L}+/gu) ?? [])
  const named = (table: Readonly<Record<string, readonly string[]>>): string | undefined =>
    Object.entries(table).find(([, listed]) => listed.some((word) => words.has(word)))?.[0]
  const category = named(CATEGORIES)
  return {
    purpose: named(PURPOSES) ?? 'unsure',
    category: category ?? 'unsure',
    needs_text: LETTERING.some((word) => words.has(word)),
    complexity: COMPLEXITY[category as keyof typeof COMPLEXITY] ?? 'unsure',
  }
}
