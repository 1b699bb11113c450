const eduPerson = 'urn:oid:1.3.6.1.4.1.5923.1.1.1.'
const eduOrg = 'urn:oid:1.3.6.1.4.1.5923.1.2.1.'

/**
 * Condition keys of well-known attributes, by the names that providers give them: eduPerson, eduOrg,
 * X.500 and Active Directory.
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_iam-condition-keys.html
 */
const known: Readonly<Record<string, string>> = {
  [`${eduPerson}1`]: 'edupersonaffiliation',
  [`${eduPerson}2`]: 'edupersonnickname',
  [`${eduPerson}3`]: 'edupersonorgdn',
  [`${eduPerson}4`]: 'edupersonorgunitdn',
  [`${eduPerson}5`]: 'edupersonprimaryaffiliation',
  [`${eduPerson}6`]: 'edupersonprincipalname',
  [`${eduPerson}7`]: 'edupersonentitlement',
  [`${eduPerson}8`]: 'edupersonprimaryorgunitdn',
  [`${eduPerson}9`]: 'edupersonscopedaffiliation',
  [`${eduPerson}10`]: 'edupersontargetedid',
  [`${eduPerson}11`]: 'edupersonassurance',
  [`${eduOrg}2`]: 'eduorghomepageuri',
  [`${eduOrg}3`]: 'eduorgidentityauthnpolicyuri',
  [`${eduOrg}4`]: 'eduorglegalname',
  [`${eduOrg}5`]: 'eduorgsuperioruri',
  [`${eduOrg}6`]: 'eduorgwhitepagesuri',
  'urn:oid:2.5.4.3': 'cn',
  'urn:oid:2.5.4.4': 'surname',
  'urn:oid:2.5.4.41': 'name',
  'urn:oid:2.5.4.42': 'givenname',
  'urn:oid:2.5.4.45': 'x500uniqueidentifier',
  'urn:oid:0.9.2342.19200300.100.1.1': 'uid',
  'urn:oid:0.9.2342.19200300.100.1.3': 'mail',
  'urn:oid:0.9.2342.19200300.100.1.45': 'organizationstatus',
  'http://schemas.xmlsoap.org/claims/CommonName': 'commonname',
  'http://schemas.xmlsoap.org/ws/2005/05/identity/claims/givenname': 'givenname',
  'http://schemas.xmlsoap.org/ws/2005/05/identity/claims/surname': 'surname',
  'http://schemas.xmlsoap.org/ws/2005/05/identity/claims/name': 'name',
  'http://schemas.xmlsoap.org/ws/2005/05/identity/claims/emailaddress': 'mail',
  'http://schemas.microsoft.com/ws/2008/06/identity/claims/primarygroupsid': 'primarygroupsid',
}

/** `saml:mail` and its like, for the attributes that an assertion has. */
export function attributeKeys(
  attributes: ReadonlyMap<string, readonly string[]>,
): Record<string, readonly string[]> {
  const keys: Record<string, readonly string[]> = {}
  for (const [name, values] of attributes) {
    const key = known[name] ?? (Object.values(known).includes(name.toLowerCase()) && name)
    if (key) keys[`saml:${key}`] = [...(keys[`saml:${key}`] ?? []), ...values]
  }
  return keys
}
