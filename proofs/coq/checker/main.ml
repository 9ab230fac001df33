(* The program around the verified functions: it reads a file, hands its numbers to them, and prints
   their verdict.  It is trusted, like the extraction's mappings: see proofs/README.md. *)

open Lines

exception Unreadable of string

(* The first bytes of a file tell its compression; gzip is left to the program of that name. *)
let with_text path f =
  let descriptor =
    try Unix.openfile path [Unix.O_RDONLY] 0
    with Unix.Unix_error (e, _, _) -> raise (Unreadable (Unix.error_message e)) in
  let channel = Unix.in_channel_of_descr descriptor in
  set_binary_mode_in channel true;
  let start =
    try let bytes = Bytes.create 4 in Bytes.sub_string bytes 0 (input channel bytes 0 4)
    with Sys_error e -> raise (Unreadable e) in
  if start = "\x28\xb5\x2f\xfd" then
    raise (Unreadable "it is zstd-compressed; decompress it first (zstd -d FILE)");
  if not (Networks.starts_with "\x1f\x8b" start) then (seek_in channel 0; f channel)
  else begin
    ignore (Unix.lseek descriptor 0 Unix.SEEK_SET);
    let (reading, writing) = Unix.pipe ~cloexec:true () in
    let gzip =
      Unix.create_process "gzip" [| "gzip"; "-dc" |] descriptor writing Unix.stderr in
    Unix.close writing;
    let text = Unix.in_channel_of_descr reading in
    set_binary_mode_in text true;
    let verdict = try Ok (f text) with Refused reason -> Error reason in
    close_in text;
    match snd (Unix.waitpid [] gzip), verdict with
    | Unix.WEXITED 0, Ok claim -> claim
    | _, Ok _ -> refuse "the gzip compression is damaged or cut short"
    | _, Error reason -> refuse reason
  end

let judge_file path expected =
  with_text path (fun channel ->
      let lines = of_channel channel in
      let refused reason = refuse (Printf.sprintf "line %d: %s" lines.number reason) in
      try Claims.judge lines expected with
      | Refused reason -> refused reason
      | Stack_overflow | Out_of_memory ->
        refused "the certificate needs more memory than there is")

let () =
  let path = ref "" and sha_a = ref None and sha_b = ref None in
  let some place = Arg.String (fun s -> place := Some s) in
  let options = [
    "--sha256-a", some sha_a, "HEX the sha256 network A must have";
    "--sha256-b", some sha_b, "HEX the sha256 network B must have" ] in
  let usage = "exactrev-check [--sha256-a HEX] [--sha256-b HEX] FILE" in
  let set_path p =
    if !path = "" then path := p else raise (Arg.Bad "one file, please") in
  Arg.parse options set_path usage;
  if !path = "" then (Arg.usage options usage; exit 2);
  Sys.set_signal Sys.sigpipe Sys.Signal_ignore;
  match judge_file !path (!sha_a, !sha_b) with
  | claim -> print_endline ("accepted " ^ claim)
  | exception Refused reason -> print_endline ("rejected " ^ reason); exit 1
  | exception Unreadable reason -> prerr_endline (!path ^ ": " ^ reason); exit 2
  | exception Sys_error reason -> prerr_endline (!path ^ ": " ^ reason); exit 2
