import { isColor } from './adjectives.ts'

/**
 * Rewritings of whole phrases, in their order, on lower-case text with single spaces. They make one
 * form of what is said in several words; what they do not know stays as it is.
 */

/** How a wish begins. */
const VERBS = '(?:generate|create|make|draw|produce|design|show|give|provide|imagine)'
const POLITE = '(?:please |kindly |(?:can|could|would|will) you (?:please |kindly )?)'

/** Politeness and commands around what is wanted: nothing of the picture is in them. */
const WRAPPERS: readonly RegExp[] = [
  // With a mark of punctuation, or "hello kitty" would lose its name.
  /^(?:hi|hello|hey)(?: there)? ?[,.!] */,
  /^(?:picture|image|prompt) ?: /,
  new RegExp(`^${POLITE}+(?:${VERBS}(?: me| us)? )?`),
  /^(?:i|we) (?:want|need|would like|d like)(?: you)?(?: to)? /,
  new RegExp(`^${POLITE}+`),
  /^(?:generate|create)(?: me| us)? (?=\S)/,
  // Most are nouns as well ("show dog", "design studio"): only before what a wish begins with.
  new RegExp(
    `^${VERBS} (?:(?:me|us) |(?=(?:an?|the|some|\\d+|one|two|three|four|five|six|seven|eight) ))`,
  ),
  new RegExp(
    '^(?:an? |the |one )?(?:(?:nice|beautiful|lovely|great|good|stunning|detailed|new) )?' +
      '(?:image|picture)(?: that| which)? ' +
      '(?:of|showing|shows|depicting|depicts|featuring|with|containing) ',
  ),
  /^there (?:is|are) /,
]

/** Praise that models read as noise. */
const FILLER = new RegExp(
  '\\b(?:(?:very |ultra |super )?(?:high|best|top) (?:quality|resolution|res)|' +
    '(?:highly|ultra|hyper|super|very) detailed|masterpiece|award winning|' +
    'trending on artstation|ultra hd|uhd|hd|[48]k|if possible)\\b',
  'g',
)

/** After a comma, a full stop, or the wish itself; elsewhere it may be what stands on a card. */
const THANKS = new RegExp(
  '(?:[,.;] *|(?<!\\b(?:says?|saying|reads?|reading|words?|text|lettering|written|with|of|in|on|' +
    'a|an|the|and|or|for)) )(?:please|thank you|thanks)(?: very much| in advance)? *(?=[,.;]|$)',
  'g',
)

const REWRITES: readonly (readonly [RegExp, string])[] = [
  [/\bt shirt/g, 'tshirt'],
  [/\bclose up\b/g, 'closeup'],
  [/\btop down\b/g, 'topdown'],
  [/\b(?:3 d|three d|three dimensional)\b/g, '3d'],
  // One thing with two legs, handles or lenses; "two glasses" are something else.
  [
    /\b(?:a )?pair of (?=(?:\w+ ){0,4}(?:\w*glasses|jeans|pants|shorts|scissors|trousers)\b)/g,
    'a ',
  ],
  [/\b(?:a )?pair of (?=(?:\w+ ){0,4}(?:head|ear)phones\b)/g, 'a '],
  [/\b(?:a )?(?:couple|pair) of\b/g, '2'],
  [/\b(?:a )?dozen\b/g, '12'],
  [/\bfree (?:from|of)\b/g, 'without'],
  [/\ba number of\b/g, 'many'],
  [/\b(?:with no|having no|that has no|lacking|no)\b/g, 'without'],
  [/\bwithout any\b/g, 'without'],
  [/\b(?:is|are|was|were|do|does|has|have)n t\b/g, 'not'],
  [/\bin( \w+)? letters\b/g, 'in$1 lettering'],
  [/\b(?:made (?:out )?(?:of|from)|built of)\b/g, 'madeof'],
  [/\b(?:dressed in|clad in|that wears|who wears)\b/g, 'wearing'],
  [/\b(?:to|on|at) the (left|right)(?: hand)?(?: side)? of\b/g, '$1of'],
  [/\b(left|right) of\b/g, '$1of'],
  [/\bin front of\b/g, 'infrontof'],
  [/\bin back of\b/g, 'behind'],
  [/\b(?:on top of|atop|upon)\b/g, 'on'],
  [/\b(?:next to|adjacent to|alongside|by the side of|at the side of)\b/g, 'beside'],
  [/\b(?:close to|nearby)\b/g, 'near'],
  [/\b(?:underneath|beneath|below)\b/g, 'under'],
  [/\b(?:inside of|inside|within)\b/g, 'in'],
  [/\bin the (middle|center|centre) of\b/g, 'amid'],
  [
    new RegExp(
      '\\b(?:that (?:says|reads|say|read)|which (?:says|reads)|saying|reading the|reading|' +
        'with the (?:text|words?|lettering)|labell?ed)(?= \\uE000)',
      'g',
    ),
    'says',
  ],
  [/\b(?:in|with) (?:the |an? )?style of\b/g, 'styleof'],
  [/\b(?:viewed|seen|shot|photographed) from\b/g, 'viewfrom'],
  [/\b(?:birds? eye|overhead|top) view\b/g, 'topdown view'],
  [/ viewfrom above(?= ?(?:[,.;]|$))/g, ', topdown view'],
  [/\bsnow covered\b/g, 'snowy'],
  [/\b(\w+) (?:that|which) (?:is|are) (\w+) in colou?r\b/g, '$2 $1'],
]

/** "a detailed, 4k picture" leaves a mark of punctuation behind that parts nothing. */
const withoutFiller = (text: string): string =>
  text
    .replace(THANKS, ' ')
    .replace(FILLER, ' ')
    .replace(/^((?:[^,.;]* )?(?:an?|the)) *(?:[,;] *)+/, '$1 ')
    .replace(/ {2,}/g, ' ')

/** Takes away what surrounds the wish itself. */
function unwrap(text: string): string {
  let rest = text.trim()
  for (const wrapper of WRAPPERS) rest = rest.replace(wrapper, '')
  return rest
}

/**
 * Lower-case text with one spelling for what is said in several words. Literals are given as marks
 * (U+E000, a private one, and their number) and stay untouched.
 */
export function rewritten(text: string): string {
  let changed = unwrap(withoutFiller(text))
  for (const [pattern, to] of REWRITES) changed = changed.replace(pattern, to)
  changed = changed.replace(/\b(\w+) colou?red\b/g, (all, word) => (isColor(word) ? word : all))
  // "logo free" says what "without a logo" says, wherever the sentence goes on.
  changed = changed.replace(/\b(\w+) free\b(?! \w)/g, 'without $1')
  return changed
}
