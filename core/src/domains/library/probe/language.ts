/** ISO 639-1 to ISO 639-2/T, the two-letter codes that subtitles and tags really use. */
const twoLetters =
  'ab:abk af:afr am:amh ar:ara as:asm az:aze ba:bak be:bel bg:bul bn:ben bo:bod br:bre bs:bos ca:cat cs:ces cy:cym da:dan de:deu dz:dzo ' +
  'el:ell en:eng eo:epo es:spa et:est eu:eus fa:fas fi:fin fo:fao fr:fra fy:fry ga:gle gd:gla gl:glg gu:guj ha:hau he:heb hi:hin hr:hrv ' +
  'ht:hat hu:hun hy:hye id:ind ig:ibo is:isl it:ita iw:heb ja:jpn jv:jav ka:kat kk:kaz kl:kal km:khm kn:kan ko:kor ku:kur ky:kir la:lat ' +
  'lb:ltz lo:lao lt:lit lv:lav mg:mlg mi:mri mk:mkd ml:mal mn:mon mr:mar ms:msa mt:mlt my:mya nb:nob ne:nep nl:nld nn:nno no:nor oc:oci ' +
  'or:ori pa:pan pl:pol ps:pus pt:por qu:que ro:ron ru:rus rw:kin sa:san sd:snd se:sme si:sin sk:slk sl:slv sm:smo so:som sq:sqi sr:srp ' +
  'su:sun sv:swe sw:swa ta:tam te:tel tg:tgk th:tha ti:tir tk:tuk tl:tgl to:ton tr:tur tt:tat ug:uig uk:ukr ur:urd uz:uzb vi:vie wo:wol ' +
  'xh:xho yi:yid yo:yor zh:zho zu:zul';

/** The twenty languages whose bibliographic code differs. */
const bibliographic =
  'alb:sqi arm:hye baq:eus bur:mya chi:zho cze:ces dut:nld fre:fra geo:kat ger:deu gre:ell ice:isl mac:mkd mao:mri may:msa per:fas rum:ron ' +
  'slo:slk tib:bod wel:cym';

const table = new Map(`${twoLetters} ${bibliographic}`.split(' ').map((pair) => pair.split(':') as [string, string]));

/** `en-GB`, `fr`, `ger` → `eng`, `fra`, `deu` (ISO 639-2/T); `undefined` for `und`, `mis`, `zxx` and what is no language. */
export function normaliseLanguage(tag: string | undefined): string | undefined {
  const primary = tag?.trim().toLowerCase().split(/[-_]/, 1)[0];
  if (!primary || !/^[a-z]{2,3}$/.test(primary)) return undefined;
  const found = table.get(primary) ?? (primary.length === 3 ? primary : undefined);
  return found === 'und' || found === 'mis' || found === 'zxx' || found === 'mul' ? undefined : found;
}

/** The packed five-bit letters of an MP4 `mdhd`; QuickTime's numbered languages answer by their table. */
export function unpackLanguage(packed: number): string | undefined {
  if (packed < 0x400) return normaliseLanguage(quickTimeLanguages[packed]);
  if (packed === 0x7fff) return undefined;
  return normaliseLanguage(String.fromCharCode(...[10, 5, 0].map((shift) => ((packed >>> shift) & 31) + 0x60)));
}

const quickTimeLanguages =
  'eng fra deu ita nld swe spa dan por nor heb jpn ara fin ell isl mlt tur hrv zho urd hin tha kor lit pol hun est lav sme fao fas rus zho nld gle sqi ron ces slk slv'.split(
    ' ',
  );

const known = new Set(table.values());

/** Only languages that people name subtitles by: three letters of something else are not one. */
export function knownLanguage(tag: string): string | undefined {
  const found = normaliseLanguage(tag);
  return found !== undefined && known.has(found) ? found : undefined;
}
