(* The lines, tokens and numbers of a certificate (format, section 1). *)

exception Refused of string

let refuse reason = raise (Refused reason)
let max_digits = 100_000
let max_line = 1 lsl 28

(* ---- lines ---- *)

(* The bytes from [first] to [last] of [chunk] are read and not taken yet. *)
type t = { channel : in_channel; chunk : Bytes.t; mutable first : int; mutable last : int;
           buffer : Buffer.t; mutable ahead : string option; mutable number : int }

let chunk_size = 65536

let of_channel channel =
  { channel; chunk = Bytes.create chunk_size; first = 0; last = 0; buffer = Buffer.create 65536;
    ahead = None; number = 0 }

(* Whether there is a byte to take. *)
let ready lines =
  if lines.first = lines.last then begin
    lines.first <- 0;
    lines.last <- input lines.channel lines.chunk 0 chunk_size
  end;
  lines.first < lines.last

(* Where a line feed or a byte that is not ASCII stands among those read, or their end. *)
let rec stop lines place =
  if place = lines.last then place
  else
    let c = Bytes.get lines.chunk place in
    if c = '\n' || c > '\127' then place else stop lines (place + 1)

(* Put what is left of a line into the buffer. *)
let rec fill lines =
  if not (ready lines) then
    refuse (if Buffer.length lines.buffer = 0 then "the file ends before its 'end' line"
            else "the line does not end in a line feed");
  let place = stop lines lines.first in
  Buffer.add_subbytes lines.buffer lines.chunk lines.first (place - lines.first);
  if Buffer.length lines.buffer >= max_line then refuse "the line is too long";
  let ended = place < lines.last in
  lines.first <- if ended then place + 1 else place;
  if not ended then fill lines
  else if Bytes.get lines.chunk place <> '\n' then refuse "the line is not ASCII"

let peek lines =
  match lines.ahead with
  | Some line -> line
  | None ->
    lines.number <- lines.number + 1;
    Buffer.clear lines.buffer;
    fill lines;
    let line = Buffer.contents lines.buffer in
    lines.ahead <- Some line;
    line

let take lines = let line = peek lines in lines.ahead <- None; line

let expect lines line =
  if take lines <> line then refuse (Printf.sprintf "expected the line '%s'" line)

let expect_nothing lines =
  if ready lines then refuse "something follows the 'end' line"

let tokens line = String.split_on_char ' ' line

(* ---- numbers ---- *)

let is_digit c = c >= '0' && c <= '9'
let all_digits s = s <> "" && String.for_all is_digit s

(* '0', or digits of which the first is no 0 *)
let is_natural s = all_digits s && (s = "0" || s.[0] <> '0')

let digits_within_limit s =
  if String.length s > max_digits then
    refuse (Printf.sprintf "an integer has more than %d digits" max_digits)

(* A natural of any length. *)
let big_natural s =
  if not (is_natural s) then refuse "expected a natural number";
  digits_within_limit s;
  Big.of_string s

let without_sign s = String.sub s 1 (String.length s - 1)

let big_integer s =
  if s <> "" && s.[0] = '-' then begin
    let n = big_natural (without_sign s) in
    if Big.sign n = 0 then refuse "expected an integer";
    Big.neg n
  end else big_natural s

(* A natural of the format: at most 18 digits. *)
let natural s =
  if String.length s > 18 || not (is_natural s) then
    refuse "expected a natural number of at most 18 digits";
  int_of_string s

let number s : Verified.q =
  match String.index_opt s '/' with
  | None -> { qnum = big_integer s; qden = Big.one }
  | Some slash ->
    let p = big_integer (String.sub s 0 slash) in
    let q = big_natural (String.sub s (slash + 1) (String.length s - slash - 1)) in
    if Big.sign p = 0 || Big.leq q Big.one || not (Big.equal (Big.gcd p q) Big.one) then
      refuse "a number is not in lowest terms";
    { qnum = p; qden = q }

let numbers line = List.map number (tokens line)

(* The tokens after the words a line begins with; as many as stated. *)
let after words line count =
  let rec strip words rest =
    match words, rest with
    | [], _ -> rest
    | w :: words, t :: rest when w = t -> strip words rest
    | _ -> refuse (Printf.sprintf "expected '%s'" (String.concat " " words)) in
  let rest = strip (tokens words) (tokens line) in
  if count >= 0 && List.compare_length_with rest count <> 0 then
    refuse (Printf.sprintf "expected '%s' with %d numbers" words count);
  rest
