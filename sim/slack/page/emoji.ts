/** The emoji this workspace knows: Twemoji's pictures (CC BY 4.0), so that they look the same on every machine. */
import u2705 from "@twemoji/svg/2705.svg";
import u2714 from "@twemoji/svg/2714.svg";
import u274c from "@twemoji/svg/274c.svg";
import u26a0 from "@twemoji/svg/26a0.svg";
import u26d4 from "@twemoji/svg/26d4.svg";
import u1f6ab from "@twemoji/svg/1f6ab.svg";
import u231b from "@twemoji/svg/231b.svg";
import u23f3 from "@twemoji/svg/23f3.svg";
import u1f7e2 from "@twemoji/svg/1f7e2.svg";
import u1f7e1 from "@twemoji/svg/1f7e1.svg";
import u1f534 from "@twemoji/svg/1f534.svg";
import u1f535 from "@twemoji/svg/1f535.svg";
import u26aa from "@twemoji/svg/26aa.svg";
import u26ab from "@twemoji/svg/26ab.svg";
import u1f7e0 from "@twemoji/svg/1f7e0.svg";
import u1f512 from "@twemoji/svg/1f512.svg";
import u1f513 from "@twemoji/svg/1f513.svg";
import u1f511 from "@twemoji/svg/1f511.svg";
import u1f6a8 from "@twemoji/svg/1f6a8.svg";
import u270f from "@twemoji/svg/270f.svg";
import u1f17f from "@twemoji/svg/1f17f.svg";
import u1f50e from "@twemoji/svg/1f50e.svg";
import u1f9d1u200du1f527 from "@twemoji/svg/1f9d1-200d-1f527.svg";
import u1f50d from "@twemoji/svg/1f50d.svg";
import u1f440 from "@twemoji/svg/1f440.svg";
import u1f44b from "@twemoji/svg/1f44b.svg";
import u1f389 from "@twemoji/svg/1f389.svg";
import u1f680 from "@twemoji/svg/1f680.svg";
import u1f916 from "@twemoji/svg/1f916.svg";
import u1f550 from "@twemoji/svg/1f550.svg";
import u23f0 from "@twemoji/svg/23f0.svg";
import u23f1 from "@twemoji/svg/23f1.svg";
import u1f4c5 from "@twemoji/svg/1f4c5.svg";
import u1f5d3 from "@twemoji/svg/1f5d3.svg";
import u1f4ca from "@twemoji/svg/1f4ca.svg";
import u1f4c8 from "@twemoji/svg/1f4c8.svg";
import u1f4c9 from "@twemoji/svg/1f4c9.svg";
import u1f4dd from "@twemoji/svg/1f4dd.svg";
import u1f4cb from "@twemoji/svg/1f4cb.svg";
import u1f4c1 from "@twemoji/svg/1f4c1.svg";
import u1f4be from "@twemoji/svg/1f4be.svg";
import u1f4bf from "@twemoji/svg/1f4bf.svg";
import u1f5c4 from "@twemoji/svg/1f5c4.svg";
import u1f4e6 from "@twemoji/svg/1f4e6.svg";
import u1f4f7 from "@twemoji/svg/1f4f7.svg";
import u1f4f8 from "@twemoji/svg/1f4f8.svg";
import u23f8 from "@twemoji/svg/23f8.svg";
import u25b6 from "@twemoji/svg/25b6.svg";
import u23f9 from "@twemoji/svg/23f9.svg";
import u1f501 from "@twemoji/svg/1f501.svg";
import u1f504 from "@twemoji/svg/1f504.svg";
import u21a9 from "@twemoji/svg/21a9.svg";
import u23ea from "@twemoji/svg/23ea.svg";
import u1f519 from "@twemoji/svg/1f519.svg";
import u27a1 from "@twemoji/svg/27a1.svg";
import u2b05 from "@twemoji/svg/2b05.svg";
import u2b06 from "@twemoji/svg/2b06.svg";
import u2b07 from "@twemoji/svg/2b07.svg";
import u1f517 from "@twemoji/svg/1f517.svg";
import u1f6e1 from "@twemoji/svg/1f6e1.svg";
import u1f527 from "@twemoji/svg/1f527.svg";
import u1f6e0 from "@twemoji/svg/1f6e0.svg";
import u2699 from "@twemoji/svg/2699.svg";
import u1f4a1 from "@twemoji/svg/1f4a1.svg";
import u2139 from "@twemoji/svg/2139.svg";
import u2753 from "@twemoji/svg/2753.svg";
import u2757 from "@twemoji/svg/2757.svg";
import u2754 from "@twemoji/svg/2754.svg";
import u1f449 from "@twemoji/svg/1f449.svg";
import u1f44d from "@twemoji/svg/1f44d.svg";
import u1f44e from "@twemoji/svg/1f44e.svg";
import u270b from "@twemoji/svg/270b.svg";
import u1f6d1 from "@twemoji/svg/1f6d1.svg";
import u1f6a7 from "@twemoji/svg/1f6a7.svg";
import u1f4a4 from "@twemoji/svg/1f4a4.svg";
import u1f4a7 from "@twemoji/svg/1f4a7.svg";
import u1f30a from "@twemoji/svg/1f30a.svg";
import u1f9f9 from "@twemoji/svg/1f9f9.svg";
import u1f5d1 from "@twemoji/svg/1f5d1.svg";
import u267b from "@twemoji/svg/267b.svg";
import u1f514 from "@twemoji/svg/1f514.svg";
import u1f515 from "@twemoji/svg/1f515.svg";
import u1f4ac from "@twemoji/svg/1f4ac.svg";
import u1f914 from "@twemoji/svg/1f914.svg";
import u1f604 from "@twemoji/svg/1f604.svg";
import u1f642 from "@twemoji/svg/1f642.svg";
import u2764 from "@twemoji/svg/2764.svg";
import u1f525 from "@twemoji/svg/1f525.svg";
import u1f4a5 from "@twemoji/svg/1f4a5.svg";
import u1f3e5 from "@twemoji/svg/1f3e5.svg";
import u1f4bb from "@twemoji/svg/1f4bb.svg";
import u1f5a5 from "@twemoji/svg/1f5a5.svg";
import u2601 from "@twemoji/svg/2601.svg";
import u1f465 from "@twemoji/svg/1f465.svg";
import u1f464 from "@twemoji/svg/1f464.svg";
import u1f7e9 from "@twemoji/svg/1f7e9.svg";
import u1f7e5 from "@twemoji/svg/1f7e5.svg";
import u1f7e8 from "@twemoji/svg/1f7e8.svg";
import u2728 from "@twemoji/svg/2728.svg";
import u2744 from "@twemoji/svg/2744.svg";
import u1f9ea from "@twemoji/svg/1f9ea.svg";
import u1f4da from "@twemoji/svg/1f4da.svg";
import u1f4dc from "@twemoji/svg/1f4dc.svg";
import u2611 from "@twemoji/svg/2611.svg";
import u1f195 from "@twemoji/svg/1f195.svg";
import u1f197 from "@twemoji/svg/1f197.svg";
import u1f198 from "@twemoji/svg/1f198.svg";
import u1f47b from "@twemoji/svg/1f47b.svg";
import u2702 from "@twemoji/svg/2702.svg";
import u1f4cc from "@twemoji/svg/1f4cc.svg";
import u2693 from "@twemoji/svg/2693.svg";
import u1f691 from "@twemoji/svg/1f691.svg";
import u1f9ba from "@twemoji/svg/1f9ba.svg";
import u2b1c from "@twemoji/svg/2b1c.svg";
import u1f539 from "@twemoji/svg/1f539.svg";
import u1f516 from "@twemoji/svg/1f516.svg";
import u1f3f7 from "@twemoji/svg/1f3f7.svg";

export interface Emoji {
  readonly url: string;
  /** The character itself. */
  readonly text: string;
}

const glyph = (url: string, ...codes: number[]): Emoji => ({ url, text: String.fromCodePoint(...codes) });

/** By short code, without colons. */
export const emojiByName: { readonly [name: string]: Emoji } = {
  white_check_mark: glyph(u2705, 0x2705),
  heavy_check_mark: glyph(u2714, 0x2714),
  x: glyph(u274c, 0x274c),
  warning: glyph(u26a0, 0x26a0),
  no_entry: glyph(u26d4, 0x26d4),
  no_entry_sign: glyph(u1f6ab, 0x1f6ab),
  hourglass: glyph(u231b, 0x231b),
  hourglass_flowing_sand: glyph(u23f3, 0x23f3),
  large_green_circle: glyph(u1f7e2, 0x1f7e2),
  large_yellow_circle: glyph(u1f7e1, 0x1f7e1),
  red_circle: glyph(u1f534, 0x1f534),
  large_blue_circle: glyph(u1f535, 0x1f535),
  white_circle: glyph(u26aa, 0x26aa),
  black_circle: glyph(u26ab, 0x26ab),
  large_orange_circle: glyph(u1f7e0, 0x1f7e0),
  lock: glyph(u1f512, 0x1f512),
  unlock: glyph(u1f513, 0x1f513),
  key: glyph(u1f511, 0x1f511),
  rotating_light: glyph(u1f6a8, 0x1f6a8),
  pencil2: glyph(u270f, 0x270f),
  parking: glyph(u1f17f, 0x1f17f),
  mag_right: glyph(u1f50e, 0x1f50e),
  mechanic: glyph(u1f9d1u200du1f527, 0x1f9d1, 0x200d, 0x1f527),
  mag: glyph(u1f50d, 0x1f50d),
  eyes: glyph(u1f440, 0x1f440),
  wave: glyph(u1f44b, 0x1f44b),
  tada: glyph(u1f389, 0x1f389),
  rocket: glyph(u1f680, 0x1f680),
  robot_face: glyph(u1f916, 0x1f916),
  clock1: glyph(u1f550, 0x1f550),
  alarm_clock: glyph(u23f0, 0x23f0),
  stopwatch: glyph(u23f1, 0x23f1),
  calendar: glyph(u1f4c5, 0x1f4c5),
  spiral_calendar_pad: glyph(u1f5d3, 0x1f5d3),
  bar_chart: glyph(u1f4ca, 0x1f4ca),
  chart_with_upwards_trend: glyph(u1f4c8, 0x1f4c8),
  chart_with_downwards_trend: glyph(u1f4c9, 0x1f4c9),
  memo: glyph(u1f4dd, 0x1f4dd),
  clipboard: glyph(u1f4cb, 0x1f4cb),
  file_folder: glyph(u1f4c1, 0x1f4c1),
  floppy_disk: glyph(u1f4be, 0x1f4be),
  cd: glyph(u1f4bf, 0x1f4bf),
  file_cabinet: glyph(u1f5c4, 0x1f5c4),
  package: glyph(u1f4e6, 0x1f4e6),
  camera: glyph(u1f4f7, 0x1f4f7),
  camera_with_flash: glyph(u1f4f8, 0x1f4f8),
  pause_button: glyph(u23f8, 0x23f8),
  double_vertical_bar: glyph(u23f8, 0x23f8),
  arrow_forward: glyph(u25b6, 0x25b6),
  black_square_for_stop: glyph(u23f9, 0x23f9),
  repeat: glyph(u1f501, 0x1f501),
  arrows_counterclockwise: glyph(u1f504, 0x1f504),
  leftwards_arrow_with_hook: glyph(u21a9, 0x21a9),
  rewind: glyph(u23ea, 0x23ea),
  back: glyph(u1f519, 0x1f519),
  arrow_right: glyph(u27a1, 0x27a1),
  arrow_left: glyph(u2b05, 0x2b05),
  arrow_up: glyph(u2b06, 0x2b06),
  arrow_down: glyph(u2b07, 0x2b07),
  link: glyph(u1f517, 0x1f517),
  shield: glyph(u1f6e1, 0x1f6e1),
  wrench: glyph(u1f527, 0x1f527),
  hammer_and_wrench: glyph(u1f6e0, 0x1f6e0),
  gear: glyph(u2699, 0x2699),
  bulb: glyph(u1f4a1, 0x1f4a1),
  information_source: glyph(u2139, 0x2139),
  question: glyph(u2753, 0x2753),
  exclamation: glyph(u2757, 0x2757),
  grey_question: glyph(u2754, 0x2754),
  point_right: glyph(u1f449, 0x1f449),
  thumbsup: glyph(u1f44d, 0x1f44d),
  "+1": glyph(u1f44d, 0x1f44d),
  thumbsdown: glyph(u1f44e, 0x1f44e),
  "-1": glyph(u1f44e, 0x1f44e),
  raised_hand: glyph(u270b, 0x270b),
  hand: glyph(u270b, 0x270b),
  octagonal_sign: glyph(u1f6d1, 0x1f6d1),
  construction: glyph(u1f6a7, 0x1f6a7),
  zzz: glyph(u1f4a4, 0x1f4a4),
  droplet: glyph(u1f4a7, 0x1f4a7),
  ocean: glyph(u1f30a, 0x1f30a),
  broom: glyph(u1f9f9, 0x1f9f9),
  wastebasket: glyph(u1f5d1, 0x1f5d1),
  recycle: glyph(u267b, 0x267b),
  bell: glyph(u1f514, 0x1f514),
  no_bell: glyph(u1f515, 0x1f515),
  speech_balloon: glyph(u1f4ac, 0x1f4ac),
  thinking_face: glyph(u1f914, 0x1f914),
  smile: glyph(u1f604, 0x1f604),
  slightly_smiling_face: glyph(u1f642, 0x1f642),
  heart: glyph(u2764, 0x2764),
  fire: glyph(u1f525, 0x1f525),
  boom: glyph(u1f4a5, 0x1f4a5),
  hospital: glyph(u1f3e5, 0x1f3e5),
  computer: glyph(u1f4bb, 0x1f4bb),
  desktop_computer: glyph(u1f5a5, 0x1f5a5),
  cloud: glyph(u2601, 0x2601),
  busts_in_silhouette: glyph(u1f465, 0x1f465),
  bust_in_silhouette: glyph(u1f464, 0x1f464),
  large_green_square: glyph(u1f7e9, 0x1f7e9),
  large_red_square: glyph(u1f7e5, 0x1f7e5),
  large_yellow_square: glyph(u1f7e8, 0x1f7e8),
  sparkles: glyph(u2728, 0x2728),
  snowflake: glyph(u2744, 0x2744),
  test_tube: glyph(u1f9ea, 0x1f9ea),
  books: glyph(u1f4da, 0x1f4da),
  scroll: glyph(u1f4dc, 0x1f4dc),
  ballot_box_with_check: glyph(u2611, 0x2611),
  new: glyph(u1f195, 0x1f195),
  ok: glyph(u1f197, 0x1f197),
  sos: glyph(u1f198, 0x1f198),
  ghost: glyph(u1f47b, 0x1f47b),
  scissors: glyph(u2702, 0x2702),
  pushpin: glyph(u1f4cc, 0x1f4cc),
  anchor: glyph(u2693, 0x2693),
  ambulance: glyph(u1f691, 0x1f691),
  safety_vest: glyph(u1f9ba, 0x1f9ba),
  white_large_square: glyph(u2b1c, 0x2b1c),
  small_blue_diamond: glyph(u1f539, 0x1f539),
  bookmark: glyph(u1f516, 0x1f516),
  label: glyph(u1f3f7, 0x1f3f7),
};

const byText = new Map(Object.values(emojiByName).map((each) => [each.text, each]));

/** By character, with or without the variation selector. */
export function emojiByText(text: string): Emoji | undefined {
  return byText.get(text.replace(/\ufe0f/g, ""));
}

/** Finds emoji characters the workspace has pictures for. */
export const emojiPattern = new RegExp(`(?:${[...byText.keys()].join("|")})\\ufe0f?`, "gu");
