/**
 * Passwords that are tried first, written down as people make them: a word or name, and what is put
 * behind it to satisfy a rule. It is no list of stolen passwords; `--compromised-passwords` brings one.
 */

const words = new Set(
  `password passwort passwd pass motdepasse contrasena senha parola haslo sifre wachtwoord lozinka admin administrator
  administrador root user username guest test tester testing demo default changeme change secret login signin welcome
  willkommen bienvenue bienvenido hello hallo hola letmein master system server computer internet network office company
  manager support service security private public temp temporary access account backup database oracle mysql postgres
  qwerty qwertz azerty qwertyuiop asdfgh asdfghjkl zxcvbn zxcvbnm qazwsx iloveyou ilove loveme love lover lovely baby
  babygirl babyboy princess prince queen king angel angels dragon monkey tiger lion eagle falcon panther wolf bear horse
  dolphin butterfly flower flowers sunshine sunflower rainbow summer winter spring autumn monday tuesday wednesday
  thursday friday saturday sunday january february march april may june july august september october november december
  football soccer baseball basketball hockey tennis golf cricket liverpool chelsea arsenal barcelona realmadrid juventus
  manchester yankees lakers cowboys steelers superman batman spiderman starwars pokemon naruto matrix hunter shadow ninja
  killer warrior soldier ranger samurai wizard magic merlin gandalf dragonball mustang ferrari porsche mercedes toyota
  honda harley corvette camaro yamaha suzuki michael michelle jennifer jessica ashley amanda nicole daniel david robert
  thomas charlie charles jordan george andrew anthony matthew joshua justin hannah samantha elizabeth victoria patricia
  maria marina anna sophie sophia emma olivia isabella laura sarah julia natasha alexander alexandra william james john
  peter paul martin patrick kevin brandon tyler richard maggie buster ginger pepper cookie chocolate banana orange apple
  cherry peanut cheese coffee pizza chicken purple yellow silver golden diamond crystal jesus christ heaven blessed
  freedom forever america american canada england france germany london paris berlin newyork texas florida california
  google facebook amazon microsoft windows samsung nokia apple youtube twitter instagram whatever trustno nothing
  something money business lucky happy smile friend friends family mother father mommy daddy sister brother welcome
  abc abcd abcde abcdef abcdefg abcdefgh qwe asd zxc qaz wsx aaa xxx zzz hockey computer access mercedes phoenix thunder
  lightning storm blaster rocket galaxy universe planet earth moon star stars nirvana metallica slipknot ironman hello
  kitty snoopy mickey minnie garfield scooby simpson simpsons bond fuckyou fuckoff fuck asshole bitch pussy sexy naked
  hardcore jackson johnson williams smith brown miller davis wilson taylor lopez garcia martinez rodriguez hernandez`
    .split(/\s+/)
    .filter((word) => word !== ''),
)

/** Whole ones that no rule makes. */
const walks = new Set(
  `1q2w3e 1q2w3e4r 1q2w3e4r5t 1q2w3e4r5t6y 1qaz2wsx 1qaz2wsx3edc 1qazxsw2 qazwsxedc qaz123 zaq12wsx zaq1zaq1 zaq1xsw2
  q1w2e3 q1w2e3r4 q1w2e3r4t5 qwer1234 qweasd qweasdzxc qwe123 asdf1234 zxcv1234 1234qwer 123qwe 123qweasd 123abc a1b2c3
  a1b2c3d4 abc123 aa123456 a123456 a12345678 123456a 123456789a 12345a 1a2b3c 1a2b3c4d trustno1 ncc1701 7777777 159753
  147258 147258369 159357 741852963 789456123 987654321 87654321 7654321 654321 54321 4321 321 112233 11223344 1122334455
  102030 121212 123123 123123123 123321 12344321 1234554321 131313 232323 252525 123654 123698745 246810 13579 1357924680
  qwaszx !qaz2wsx !qaz1qaz 1qaz@wsx 1qaz!qaz p@ssw0rd! admin@123 password@123 pass@word1 pass@123 welcome@123`
    .split(/\s+/)
    .filter((walk) => walk !== ''),
)

const closing = /[!?.*#$@_-]{0,3}$/
const middle = /^[@#_.!$*-]{0,2}/
/** Counted digits, doubled digits, years. */
const digits =
  /^(?:(?:0?1(?:2(?:3(?:4(?:5(?:6(?:7(?:8(?:90?)?)?)?)?)?)?)?)?)?|(\d)\1{0,5}|\d{1,2}|(?:19|20)\d\d|321|4321|654321|007|101|786)?$/
const plainDigits = /^(?:0?123456789?0?|0?1234567?8?|(\d)\1{3,}|(\d\d)\2+|(\d\d\d)\3+)$/

const spoken: Readonly<Record<string, string>> = {
  '@': 'a',
  '4': 'a',
  '3': 'e',
  '1': 'i',
  '!': 'i',
  '0': 'o',
  $: 's',
  '5': 's',
  '7': 't',
}

const unmasked = (text: string): string => text.replace(/[@431!0$57]/g, (c) => spoken[c] ?? c)

/** Whether a password is one that everybody tries: `Passw0rd!`, `Summer2026`, `qwerty123`. */
export function isCommon(password: string): boolean {
  // What is longer is a phrase, and nothing of ours.
  if (password.length > 40) return false
  const text = password.toLowerCase()
  const bare = text.replace(closing, '')
  if (walks.has(text) || walks.has(bare) || plainDigits.test(bare)) return true
  for (let end = text.length; end >= 3; end--) {
    const head = text.slice(0, end)
    if (!words.has(head) && !words.has(unmasked(head))) continue
    const rest = text.slice(end).replace(closing, '').replace(middle, '')
    if (digits.test(rest)) return true
  }
  return false
}
