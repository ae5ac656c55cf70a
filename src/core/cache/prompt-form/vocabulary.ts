/**
 * What is known of English words, as far as pictures need it. A word that stands in no list is
 * content: it must match. So a gap here costs a hit, never a wrong picture.
 */

/**
 * Several spellings or words of one meaning; the first is kept. Only what nobody could tell apart.
 */
const sameWords: readonly string[] = [
  ...['gray grey', 'color colour', 'colored coloured', 'colorful colourful', 'center centre'],
  ...['watercolor watercolour aquarelle', 'theater theatre', 'jewelry jewellery', 'fiber fibre'],
  ...['cozy cosy', 'donut doughnut', 'mold mould', 'mustache moustache', 'pajamas pyjamas'],
  ...['aluminum aluminium', 'tire tyre', 'airplane aeroplane', 'bike bicycle'],
  ...[
    'photo photograph photography',
    'large big',
    'small little',
    'many several numerous multiple',
    'sofa couch',
    'closeup macro',
  ],
  ...['television tv', 'refrigerator fridge', 'person individual', 'infront before', 'mom mother'],
  ...['dad father', 'kid child', 'bunny rabbit', 'motorbike motorcycle'],
  ...['illustration drawing', 'rendering render', 'backdrop background'],
  ...['daylight sunlight', 'lighting light', 'enormous huge', 'tiny mini miniature'],
]

/** Plurals that no rule makes, with their singular. */
const irregularPlurals: readonly string[] = [
  ...['men man', 'women woman', 'children child', 'people person', 'feet foot', 'teeth tooth'],
  ...['mice mouse', 'geese goose', 'knives knife', 'wives wife', 'leaves leaf', 'shelves shelf'],
  ...['wolves wolf', 'loaves loaf', 'scarves scarf', 'halves half', 'calves calf', 'oxen ox'],
  ...['buses bus', 'dice die', 'cacti cactus', 'potatoes potato', 'tomatoes tomato'],
  ...['persons person', 'mangoes mango', 'heroes hero', 'lenses lens', 'hooves hoof'],
]

/** Words in -s that are no plural. */
const singularInS: readonly string[] = [
  ...['glass', 'dress', 'grass', 'brass', 'moss', 'cross', 'canvas', 'lens', 'bus', 'gas', 'chess'],
  ...['atlas', 'christmas', 'tennis', 'paris', 'swiss', 'dos', 'plus', 'less', 'this', 'its', 'is'],
  ...['was', 'has', 'does', 'as', 'us', 'sunglasses', 'glasses', 'jeans', 'pants', 'shorts'],
  ...['scissors', 'trousers', 'headphones', 'earphones', 'news', 'series', 'clothes', 'species'],
]

const numberWords: readonly string[] = [
  ...['zero', 'one', 'two', 'three', 'four', 'five', 'six', 'seven', 'eight', 'nine', 'ten'],
  ...['eleven', 'twelve', 'thirteen', 'fourteen', 'fifteen', 'sixteen', 'seventeen', 'eighteen'],
  ...['nineteen', 'twenty'],
]

/** Verbs of scenes; all their regular forms are known by their -ing form. */
const verbs: readonly string[] = [
  ...['sit', 'stand', 'walk', 'ride', 'hold', 'run', 'play', 'eat', 'look', 'wait', 'fly', 'graze'],
  ...['lean', 'park', 'drive', 'jump', 'throw', 'catch', 'swing', 'carry', 'wear', 'read', 'drink'],
  ...['sleep', 'rest', 'lie', 'lay', 'hang', 'swim', 'surf', 'ski', 'skate', 'cook', 'cut', 'kick'],
  ...[
    'hit',
    'pull',
    'push',
    'feed',
    'pet',
    'hug',
    'kiss',
    'smile',
    'watch',
    'talk',
    'stare',
    'gaze',
  ],
  ...['climb', 'sail', 'float', 'dance', 'sing', 'paint', 'write', 'type', 'work', 'cross', 'pose'],
  ...['cover', 'surround', 'face', 'fill', 'display', 'travel', 'graze', 'perch', 'chase', 'bark'],
  ...['kneel', 'crouch', 'reach', 'point', 'prepare', 'serve', 'return', 'land', 'herd', 'pass'],
]

/** Forms that no rule makes, with the -ing form. */
const irregularForms: readonly string[] = [
  ...[
    'sat sitting',
    'stood standing',
    'rode riding',
    'ridden riding',
    'held holding',
    'ran running',
  ],
  ...[
    'ate eating',
    'eaten eating',
    'flew flying',
    'drove driving',
    'threw throwing',
    'wore wearing',
  ],
  ...['caught catching', 'hung hanging', 'laid laying', 'lies lying', 'lying lying', 'fed feeding'],
  ...[
    'seated sitting',
    'slept sleeping',
    'swung swinging',
    'knelt kneeling',
    'drank drinking',
    'wrote writing',
  ],
]

/** Words in -ing that are no verb. */
const nounsInIng: readonly string[] = [
  ...[
    'building',
    'ceiling',
    'painting',
    'clothing',
    'wedding',
    'evening',
    'morning',
    'ring',
    'king',
  ],
  ...[
    'string',
    'wing',
    'spring',
    'swing',
    'earring',
    'rendering',
    'lettering',
    'lighting',
    'thing',
  ],
  ...[
    'frosting',
    'icing',
    'railing',
    'awning',
    'crossing',
    'landing',
    'living',
    'dining',
    'sibling',
  ],
  ...['drawing', 'clearing', 'parking', 'swimming', 'pudding', 'dressing', 'stuffing', 'flooring'],
]

/** Words that add nothing to a picture. */
const emptyWords: readonly string[] = [
  ...['the', 'is', 'are', 'was', 'were', 'be', 'been', 'being', 'that', 'which', 'who', 'there'],
  ...['its', 'some', 'very', 'positioned', 'located', 'situated', 'placed'],
  ...['it', 'they', 'seen', 'visible', 'thats', 'whos', 'theres'],
]

const asMap = (pairs: readonly string[], toFirst: boolean): ReadonlyMap<string, string> =>
  new Map(
    pairs.flatMap((line) => {
      const [first = '', ...rest] = line.split(' ')
      return toFirst
        ? rest.map((word) => [word, first] as const)
        : [[first, rest[0] ?? first] as const]
    }),
  )

/** All forms of a verb, by the rules of spelling. */
function formsOf(verb: string): readonly (readonly [string, string])[] {
  const isShort = /^[^aeiou]*[aeiou][bdgmnprt]$/.test(verb)
  const stem = isShort ? verb + verb.slice(-1) : verb.replace(/e$/, '')
  const ing = verb === 'lie' ? 'lying' : verb === 'ski' ? 'skiing' : `${stem}ing`
  const third = /(s|sh|ch|x)$/.test(verb) ? `${verb}es` : `${verb.replace(/([^aeiou])y$/, '$1ie')}s`
  return [verb, ing, third].map((form) => [form, ing] as const)
}

/** Another spelling of the same word. */
export const spellings = asMap(sameWords, true)
/** Irregular plurals by their form. */
export const plurals = asMap(irregularPlurals, false)
/** Digits by number word. */
export const numbers: ReadonlyMap<string, string> = new Map(
  numberWords.map((word, value) => [word, String(value)]),
)
/** The -ing form by any form of a known verb. */
export const verbForms: ReadonlyMap<string, string> = new Map([
  ...verbs.flatMap(formsOf).filter(([form]) => !nounsInIng.includes(form)),
  ...asMap(irregularForms, false),
])
/** See {@link singularInS}. */
export const singulars: ReadonlySet<string> = new Set(singularInS)
/** See {@link nounsInIng}. */
export const ingNouns: ReadonlySet<string> = new Set(nounsInIng)
/** See {@link emptyWords}. */
export const empties: ReadonlySet<string> = new Set(emptyWords)
