; SUM.COM: adds the numbers on its command line.
;
;   SUM 1 2 39        prints 42, exit code 0
;   SUM               prints how it is used, exit code 1
;   SUM 65535 1       prints that the sum is too large, exit code 2
;
; nasm -f bin -o sum.com sum.asm

        bits 16
        org 100h

        mov si, 81h             ; the command line, ended by a carriage return
        xor di, di              ; the sum
        xor cx, cx              ; how many numbers there were
next:
        lodsb
        cmp al, ' '
        je next
        cmp al, 13
        je done
        cmp al, '0'
        jb usage
        cmp al, '9'
        ja usage
        inc cx
        xor bx, bx              ; the number
digit:
        sub al, '0'
        mov ah, 0
        push ax
        mov ax, 10
        mul bx
        pop bx
        jc too_large            ; MUL sets CF if DX is used
        add bx, ax
        jc too_large
        lodsb
        cmp al, '0'
        jb number
        cmp al, '9'
        jbe digit
number:
        dec si                  ; the character behind the number is looked at again
        add di, bx
        jc too_large
        jmp next

done:
        jcxz usage
        mov ax, di
        mov bx, 10
        xor cx, cx
split:
        xor dx, dx
        div bx
        push dx
        inc cx
        test ax, ax
        jnz split
print:
        pop dx
        add dl, '0'
        mov ah, 02h             ; INT 21h/AH=02h: print a character
        int 21h
        loop print
        mov ax, 4C00h           ; INT 21h/AH=4Ch: end with an exit code
        int 21h

usage:
        mov dx, usage_text
        mov bl, 1
        jmp fail
too_large:
        mov dx, large_text
        mov bl, 2
fail:
        mov ah, 09h             ; INT 21h/AH=09h: print up to a dollar sign
        int 21h
        mov al, bl
        mov ah, 4Ch
        int 21h

usage_text      db 'usage: SUM NUMBER...$'
large_text      db 'the sum is larger than 65535$'
