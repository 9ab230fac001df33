(* SHA-256 (FIPS 180-4), fed line by line: it binds a certificate to its networks. *)

let constants = [|
  0x428a2f98; 0x71374491; 0xb5c0fbcf; 0xe9b5dba5; 0x3956c25b; 0x59f111f1; 0x923f82a4; 0xab1c5ed5;
  0xd807aa98; 0x12835b01; 0x243185be; 0x550c7dc3; 0x72be5d74; 0x80deb1fe; 0x9bdc06a7; 0xc19bf174;
  0xe49b69c1; 0xefbe4786; 0x0fc19dc6; 0x240ca1cc; 0x2de92c6f; 0x4a7484aa; 0x5cb0a9dc; 0x76f988da;
  0x983e5152; 0xa831c66d; 0xb00327c8; 0xbf597fc7; 0xc6e00bf3; 0xd5a79147; 0x06ca6351; 0x14292967;
  0x27b70a85; 0x2e1b2138; 0x4d2c6dfc; 0x53380d13; 0x650a7354; 0x766a0abb; 0x81c2c92e; 0x92722c85;
  0xa2bfe8a1; 0xa81a664b; 0xc24b8b70; 0xc76c51a3; 0xd192e819; 0xd6990624; 0xf40e3585; 0x106aa070;
  0x19a4c116; 0x1e376c08; 0x2748774c; 0x34b0bcb5; 0x391c0cb3; 0x4ed8aa4a; 0x5b9cca4f; 0x682e6ff3;
  0x748f82ee; 0x78a5636f; 0x84c87814; 0x8cc70208; 0x90befffa; 0xa4506ceb; 0xbef9a3f7; 0xc67178f2 |]

type t = { state : int array; block : Bytes.t; mutable filled : int; mutable length : int }

let start () = {
  state = [| 0x6a09e667; 0xbb67ae85; 0x3c6ef372; 0xa54ff53a;
             0x510e527f; 0x9b05688c; 0x1f83d9ab; 0x5be0cd19 |];
  block = Bytes.create 64; filled = 0; length = 0 }

let mask = 0xffffffff

(* Of a word x of 32 bits, written twice: its rotation right by n < 31 is bits n to n + 31. *)
let twice x = x lor (x lsl 32)

let schedule = Array.make 64 0

let compress hash =
  let w = schedule in
  for i = 0 to 15 do
    w.(i) <- Int32.to_int (Bytes.get_int32_be hash.block (4 * i)) land mask
  done;
  for i = 16 to 63 do
    let a = w.(i - 15) and b = w.(i - 2) in
    let aa = twice a and bb = twice b in
    let s0 = ((aa lsr 7) lxor (aa lsr 18) lxor (a lsr 3)) land mask in
    let s1 = ((bb lsr 17) lxor (bb lsr 19) lxor (b lsr 10)) land mask in
    w.(i) <- (w.(i - 16) + s0 + w.(i - 7) + s1) land mask
  done;
  let s = hash.state in
  let a = ref s.(0) and b = ref s.(1) and c = ref s.(2) and d = ref s.(3) in
  let e = ref s.(4) and f = ref s.(5) and g = ref s.(6) and h = ref s.(7) in
  for i = 0 to 63 do
    let aa = twice !a and ee = twice !e in
    let s1 = ((ee lsr 6) lxor (ee lsr 11) lxor (ee lsr 25)) land mask in
    let choice = (!e land !f) lxor (lnot !e land !g) in
    let t1 = !h + s1 + choice + constants.(i) + w.(i) in
    let s0 = ((aa lsr 2) lxor (aa lsr 13) lxor (aa lsr 22)) land mask in
    let majority = (!a land !b) lxor (!a land !c) lxor (!b land !c) in
    h := !g; g := !f; f := !e; e := (!d + t1) land mask;
    d := !c; c := !b; b := !a; a := (t1 + s0 + majority) land mask
  done;
  List.iteri (fun i x -> s.(i) <- (s.(i) + x) land mask) [!a; !b; !c; !d; !e; !f; !g; !h]

let add hash text =
  let size = String.length text in
  hash.length <- hash.length + size;
  let place = ref 0 in
  while !place < size do
    let count = min (size - !place) (64 - hash.filled) in
    Bytes.blit_string text !place hash.block hash.filled count;
    hash.filled <- hash.filled + count;
    place := !place + count;
    if hash.filled = 64 then (compress hash; hash.filled <- 0)
  done

(* 64 lowercase hexadecimal digits; the hash is then used up. *)
let finish hash =
  let bits = 8 * hash.length in
  add hash "\x80";
  while hash.filled <> 56 do add hash "\x00" done;
  let last = Bytes.create 8 in
  Bytes.set_int64_be last 0 (Int64.of_int bits);
  add hash (Bytes.to_string last);
  String.concat "" (List.map (Printf.sprintf "%08x") (Array.to_list hash.state))
