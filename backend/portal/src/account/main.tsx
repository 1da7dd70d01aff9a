import "../pieces/pieces.css";
