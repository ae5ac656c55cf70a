/** Adjectives that only say how a thing looks; side by side they may stand in any order. */
const colors: readonly string[] = [
  ...['white', 'black', 'red', 'green', 'blue', 'yellow', 'orange', 'purple', 'pink', 'brown'],
  ...['gray', 'beige', 'tan', 'gold', 'golden', 'silver', 'navy', 'teal', 'turquoise', 'maroon'],
  ...['violet', 'magenta', 'cyan', 'olive', 'cream', 'ivory', 'burgundy', 'coral', 'lavender'],
  ...['crimson', 'indigo', 'khaki', 'mint', 'peach', 'charcoal', 'bronze', 'copper', 'amber'],
  ...['scarlet', 'rose', 'lilac', 'mustard', 'taupe', 'rust', 'emerald', 'ochre', 'fuchsia'],
]
const materials: readonly string[] = [
  ...[
    'leather',
    'wood',
    'wooden',
    'metal',
    'metallic',
    'steel',
    'iron',
    'brass',
    'glass',
    'plastic',
  ],
  ...['ceramic', 'porcelain', 'stone', 'marble', 'granite', 'concrete', 'brick', 'paper', 'wool'],
  ...['cardboard', 'cotton', 'linen', 'silk', 'velvet', 'denim', 'canvas', 'nylon', 'mesh', 'felt'],
  ...['suede', 'fur', 'knit', 'knitted', 'woven', 'wicker', 'rattan', 'bamboo', 'oak', 'walnut'],
  ...['pine', 'maple', 'teak', 'birch', 'mahogany', 'plywood', 'aluminum', 'titanium', 'chrome'],
  ...['rubber', 'vinyl', 'acrylic', 'clay', 'terracotta', 'crystal', 'straw', 'cork', 'lace'],
  ...['fabric', 'satin', 'tweed', 'corduroy', 'enamel', 'tin', 'zinc', 'pewter', 'soy', 'wax'],
]
const sizes: readonly string[] = [
  ...['small', 'large', 'huge', 'tiny', 'long', 'short', 'tall', 'wide', 'narrow', 'thick', 'thin'],
  ...['giant', 'medium', 'oversized', 'compact', 'slim', 'deep', 'shallow', 'round', 'square'],
  ...['oval', 'flat', 'rectangular', 'triangular'],
]
const states: readonly string[] = [
  ...['old', 'new', 'young', 'modern', 'vintage', 'antique', 'rustic', 'shiny', 'dull', 'matte'],
  ...['glossy', 'wet', 'dry', 'clean', 'dirty', 'empty', 'full', 'open', 'closed', 'broken'],
  ...['soft', 'hard', 'warm', 'cool', 'cold', 'hot', 'bright', 'dark', 'pale', 'plain', 'blurred'],
  ...['striped', 'spotted', 'checkered', 'floral', 'beautiful', 'elegant', 'simple', 'minimal'],
]

const colorSet: ReadonlySet<string> = new Set(colors)
const adjectives: ReadonlySet<string> = new Set([...colors, ...materials, ...sizes, ...states])

/** Whether a word is a colour; such words are joined by "and" within one thing. */
export const isColor = (word: string): boolean => colorSet.has(word)

/** Whether a word is one of those that may change places with its neighbours of the same kind. */
export const isAdjective = (word: string): boolean => adjectives.has(word)

/** Sorts each run of plain adjectives; whatever else stands between keeps its place. */
export function inAnyOrder(words: readonly string[]): readonly string[] {
  const runs: string[][] = []
  for (const word of words) {
    const run = runs.at(-1)
    const last = run?.at(-1)
    if (run !== undefined && last !== undefined && isAdjective(last) && isAdjective(word)) {
      run.push(word)
    } else runs.push([word])
  }
  return runs.flatMap((run) => run.toSorted())
}
